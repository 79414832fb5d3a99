/**
 * How a side joins its pair, after packages and configuration. Either side may
 * come first; the second one to come finds the first, and a replica of a pair
 * that has mail already gets a full copy.
 */
import type { Fleet, NodeId } from '../../model/fleet.ts';
import { OpsError } from '../../model/ops-error.ts';
import { configVerb } from '../../verbs/config.ts';
import { serviceVerb } from '../../verbs/service.ts';
import { intentStep } from '../intent-step.ts';
import type { Situation } from '../role.ts';
import { serviceStep } from '../service-step.ts';
import type { Step, StepContext } from '../step.ts';
import { renderTemplate } from '../template.ts';
import { mailboxesOf, passwordSecret, probeMailbox } from './address.ts';
import { storeFactsOf } from './facts.ts';
import { storeFindMessageVerb, storeMailboxesVerb, storeSyncCheckVerb } from './mailbox-verbs.ts';
import { activeOf, peerOf } from './pair.ts';
import { caughtUpStep, linkStep } from './pair-steps.ts';
import { storeDeliverVerb, storePeerLinkVerb } from './pair-verbs.ts';
import { cyrusUnit, linkUnit, statsUnit } from './paths.ts';
import { peerAddress, storeValues } from './render.ts';
import { storeUserPasswordVerb } from './store-user-password.ts';

export function joinSteps(situation: Situation): readonly Step[] {
  const { cluster, nodeId, fleet } = situation;
  const active = activeOf(cluster) ?? nodeId;
  const peer = peerOf(cluster, nodeId);
  const replica = active === nodeId ? peer : nodeId;
  return [
    intentStep('store', nodeId, 'joining', `Say that ${nodeId} is joining`, 'provision'),
    accountsStep(situation),
    serviceStep('store', nodeId, statsUnit, 'start', `Start the look at Cyrus's numbers on ${nodeId}`),
    serviceStep('store', nodeId, linkUnit, 'start', `Start HAProxy on ${nodeId}`),
    runningLinkStep(fleet, nodeId, peer),
    serviceStep('store', nodeId, cyrusUnit, 'start', `Start Cyrus on ${nodeId}`),
    ...(peer === null ? [] : [peerKnowsStep(situation, peer)]),
    ...(active === nodeId ? [mailboxesStep(situation)] : []),
    ...(replica === null
      ? []
      : [
          whenPeerIsThere(peer, linkStep(active, replica, 'ready')),
          whenPeerIsThere(peer, caughtUpStep(active, replica, true)),
        ]),
    selfTestStep(situation, active, replica),
    intentStep('store', nodeId, 'serving', `Say that ${nodeId} serves`, 'provision'),
  ];
}

function accountsStep({ cluster, nodeId, fleet }: Situation): Step {
  const wanted = async (context: StepContext): Promise<{ users: { user: string; password: string }[] }> => ({
    users: [
      { user: 'cyrus', password: await context.secret('cyrus-admin') },
      { user: 'repl', password: await context.secret('cyrus-repl') },
      ...(await Promise.all(
        mailboxesOf(fleet, cluster.id).map(async (user) => ({
          user,
          password: await context.secret(passwordSecret(user)),
        })),
      )),
    ],
  });
  return {
    id: 'accounts',
    title: `Accounts on ${nodeId}`,
    nodeId,
    commands: ['verb store-user-password (passwords from the fleet secrets)'],
    changes: `/etc/sasldb2 on ${nodeId}`,
    cancel: 'after-step',
    timeoutMs: 120_000,
    async observe(context) {
      const { satisfied, state } = await context.look(nodeId, storeUserPasswordVerb, await wanted(context));
      return {
        state: satisfied ? 'done' : 'todo',
        detail: satisfied
          ? `${nodeId} knows everybody.`
          : `${nodeId} lacks ${state.missing.length} passwords.`,
      };
    },
    async apply(context) {
      await context.verb(nodeId, storeUserPasswordVerb, await wanted(context));
    },
  };
}

/** The running HAProxy may still have an older configuration: one that was there before, or a pair that grew. */
function runningLinkStep(fleet: Fleet, nodeId: NodeId, peer: NodeId | null): Step {
  const wanted = peerAddress(fleet, peer);
  return {
    id: `link-of-${nodeId}`,
    title: `HAProxy on ${nodeId} ${peer === null ? 'has no other side' : `points at ${peer}`}`,
    nodeId,
    commands: ['verb store-peer-link (look)', `systemctl restart ${linkUnit}`],
    changes: `${linkUnit} on ${nodeId} is restarted when it points elsewhere`,
    cancel: 'after-step',
    timeoutMs: 60_000,
    async observe(context) {
      const { state } = await context.look(nodeId, storePeerLinkVerb, { state: 'ready' });
      return {
        state: state.to === wanted ? 'done' : 'todo',
        detail: `${nodeId} copies to ${state.to ?? 'nobody'}.`,
      };
    },
    async apply(context) {
      await context.verb(nodeId, serviceVerb, { role: 'store', unit: linkUnit, action: 'restart' });
    },
  };
}

/** A pair of one side grew: its first side learns of the second. */
function peerKnowsStep(situation: Situation, peer: NodeId): Step {
  const { fleet, cluster, nodeId } = situation;
  const link = runningLinkStep(fleet, peer, nodeId);
  const files = async (
    context: StepContext,
  ): Promise<{ role: 'store'; files: { path: string; content: string }[] }> => {
    const secrets = new Map([['cyrus-repl', await context.secret('cyrus-repl')]]);
    const values = storeValues(fleet, cluster, peer, secrets);
    const rendered = async (path: string, template: string) => ({
      path,
      content: renderTemplate(await context.template(`store/${template}`), values),
    });
    return {
      role: 'store',
      files: [
        await rendered('/etc/haproxy/haproxy.cfg', 'haproxy.cfg'),
        await rendered('/etc/mailyard/store.json', 'store.json'),
      ],
    };
  };
  return {
    id: 'peer-knows',
    title: `${peer} knows ${nodeId}`,
    nodeId: peer,
    commands: ['verb config {haproxy.cfg, store.json}', `systemctl restart ${linkUnit}`],
    changes: `/etc/haproxy/haproxy.cfg and /etc/mailyard/store.json on ${peer}`,
    cancel: 'after-step',
    timeoutMs: 120_000,
    async observe(context) {
      if (!(await isThere(context, peer))) {
        return { state: 'done', detail: `${peer} is not there yet; it learns of ${nodeId} when it joins.` };
      }
      const { satisfied } = await context.look(peer, configVerb, await files(context));
      if (!satisfied) return { state: 'todo', detail: `${peer} is not configured for ${nodeId} yet.` };
      return link.observe(context);
    },
    async apply(context) {
      await context.verb(peer, configVerb, await files(context));
      if ((await link.observe(context)).state !== 'done') await link.apply(context);
    },
  };
}

/**
 * Has the other side been provisioned? Its answer to the simplest question tells.
 *
 * Throws: OpsError 'command-failed' when it was, and does not answer now: then
 * going on without it would leave mail on one side only.
 */
async function isThere(context: StepContext, peer: NodeId): Promise<boolean> {
  try {
    await context.look(peer, storeSyncCheckVerb, {});
    return true;
  } catch (thrown) {
    context.signal.throwIfAborted();
    const reading = context.reading(peer, 'store');
    const facts = storeFactsOf(reading);
    // Both sides of a new pair may be set up at the same time: whoever comes last finds the other.
    if (facts === null || facts.side === 'unknown' || reading?.serving === 'joining') return false;
    throw new OpsError(
      'command-failed',
      `${peer}, the other side, is provisioned but its Cyrus does not answer (${OpsError.from(thrown).message}). Start or undrain it, then run the step again.`,
      thrown,
    );
  }
}

function whenPeerIsThere(peer: NodeId | null, step: Step): Step {
  return {
    ...step,
    async observe(context) {
      if (peer !== null && !(await isThere(context, peer))) {
        return { state: 'done', detail: `${peer} is not there yet; this is done when it joins.` };
      }
      return step.observe(context);
    },
  };
}

function mailboxesStep({ cluster, nodeId, fleet }: Situation): Step {
  const mailboxes = [...mailboxesOf(fleet, cluster.id)];
  return {
    id: 'mailboxes',
    title: `${mailboxes.length} mailboxes on ${nodeId}`,
    nodeId,
    commands: ['verb store-mailboxes'],
    changes: `mailboxes that are lacking are made on ${nodeId}, the active side`,
    cancel: 'after-step',
    timeoutMs: 120_000,
    async observe(context) {
      if (mailboxes.length === 0) return { state: 'done', detail: 'The fleet file names no mailboxes.' };
      const { satisfied, state } = await context.look(nodeId, storeMailboxesVerb, { mailboxes });
      return {
        state: satisfied ? 'done' : 'todo',
        detail: `${state.present} of ${mailboxes.length} mailboxes are there.`,
      };
    },
    async apply(context) {
      await context.verb(nodeId, storeMailboxesVerb, { mailboxes });
    },
  };
}

/** A delivery on the active side is on both sides when it was acknowledged. */
function selfTestStep({ fleet }: Situation, active: NodeId, replica: NodeId | null): Step {
  const mailbox = probeMailbox(fleet);
  const messageIdOf = (context: StepContext): string =>
    `<self-test.${context.runId.replace(/[^A-Za-z0-9]/g, '-')}@mailyard.invalid>`;
  const found = async (context: StepContext, nodeId: NodeId): Promise<boolean> => {
    if (mailbox === null) return true;
    const { state } = await context.look(nodeId, storeFindMessageVerb, {
      mailbox,
      messageId: messageIdOf(context),
    });
    return state.uids.length > 0;
  };
  const sides = async (context: StepContext): Promise<readonly NodeId[]> => {
    const both = replica === null ? [active] : [active, replica];
    const there: NodeId[] = [];
    for (const side of both) if (await isThere(context, side)) there.push(side);
    return there;
  };
  return {
    id: 'self-test',
    title: 'A test message is on every side',
    nodeId: active,
    commands: ['verb store-deliver (to the probe mailbox)', 'verb store-find-message on both sides'],
    changes: 'one message in the probe mailbox',
    cancel: 'after-step',
    timeoutMs: 60_000,
    async observe(context) {
      const there = await sides(context);
      if (mailbox === null)
        return {
          state: 'done',
          detail: 'The fleet has no mail domain yet, so there is nobody to deliver to.',
        };
      if (!there.includes(active)) {
        return {
          state: 'done',
          detail: `${active}, the active side, is not there yet; the pair is tested when it joins.`,
        };
      }
      const lacking: NodeId[] = [];
      for (const side of there) if (!(await found(context, side))) lacking.push(side);
      return {
        state: lacking.length === 0 ? 'done' : 'todo',
        detail:
          lacking.length === 0
            ? `The test message is on ${there.join(' and ')}.`
            : `The test message is not on ${lacking.join(' and ')}.`,
      };
    },
    async apply(context) {
      if (mailbox === null) return;
      await context.verb(active, storeDeliverVerb, { mailbox, messageId: messageIdOf(context) });
      const there = await sides(context);
      await context.waitFor(
        'the test message on every side',
        async () => {
          for (const side of there) if (!(await found(context, side))) return null;
          return true;
        },
        { everyMs: 500, limitMs: 20_000 },
      );
    },
  };
}
