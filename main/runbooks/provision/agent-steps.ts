/** The first steps of adding a server: look at it, and put the agent there. */
import { OpsError } from '../../../common/model/ops-error.ts';
import type { Role } from '../../../common/roles/role.ts';
import type { Step } from '../../../common/roles/step.ts';
import { agentUpgradeVerb } from '../../../common/verbs/agent-version.ts';
import type { ProvisionParams } from '../runbook.ts';
import type { BareServers } from './bare-server.ts';
import { withCandidate } from './candidate.ts';
import { requirementChecks } from './requirement-checks.ts';

export interface AgentBundle {
  readonly version: string;
  /** Text of the bundle; read when it is needed. */
  text(): Promise<string>;
}

export function surveyStep(params: ProvisionParams, role: Role, servers: BareServers): Step {
  const { nodeId } = params;
  return {
    id: 'survey',
    title: `Look at ${nodeId}`,
    nodeId,
    commands: ['cat /etc/os-release /proc/meminfo /proc/net/tcp ...; df -Pk /; nproc; date'],
    changes: '',
    cancel: 'now',
    timeoutMs: 60_000,
    async observe(context) {
      const survey = await servers.of(nodeId).survey(context.signal);
      const checks = requirementChecks(
        role,
        survey.facts,
        params,
        withCandidate(context.fleet, params),
        survey,
      );
      const failed = checks.filter((check) => check.state === 'failed');
      for (const check of checks)
        context.output(`${check.title}: ${check.detail}${check.mend && ` - ${check.mend}`}`);
      if (failed.length > 0) {
        throw new OpsError(
          'bad-input',
          failed.map((check) => `${check.title}: ${check.detail}. ${check.mend}`).join(' '),
        );
      }
      const { osTitle, cpuCores, memoryMiB, diskFreeMiB } = survey.facts;
      return {
        state: 'done',
        detail: `${osTitle}, ${cpuCores} cores, ${memoryMiB} MiB memory, ${diskFreeMiB} MiB free`,
      };
    },
    async apply() {},
  };
}

/** Present means: the operator's own account reaches a running agent of this very bundle. */
export function agentStep(params: ProvisionParams, servers: BareServers, bundle: AgentBundle): Step {
  const { nodeId } = params;
  return {
    id: 'install-agent',
    title: `Install the Mailyard agent ${bundle.version} on ${nodeId}`,
    nodeId,
    commands: [
      'apt-get install nodejs sudo',
      `install mailyard-agent.cjs in /usr/lib/mailyard/versions/${bundle.version}`,
      'create the account of the operators, its key, its one sudo rule and its gate',
      'systemctl enable --now mailyard-agent.socket',
    ],
    changes:
      'An unprivileged daemon that only looks, and an account that may run Mailyard’s verbs and nothing else. Root and other accounts stay as they are.',
    cancel: 'after-step',
    timeoutMs: 300_000,
    async observe(context) {
      try {
        const { satisfied, state } = await context.look(nodeId, agentUpgradeVerb, {
          version: bundle.version,
          bundle: await bundle.text(),
        });
        return satisfied
          ? { state: 'done', detail: `agent ${bundle.version} answers`, facts: { version: bundle.version } }
          : {
              state: 'todo',
              detail: `agent ${state.running ?? state.current ?? 'unknown'} is there, ${bundle.version} is wanted`,
              facts: { version: state.current },
            };
      } catch (thrown) {
        const error = OpsError.from(thrown);
        if (error.problem !== 'access-denied' && error.problem !== 'version-mismatch') throw error;
        return { state: 'todo', detail: 'no agent answers to the operator', facts: { version: null } };
      }
    },
    async apply(context) {
      await servers.of(nodeId).installAgent((line) => context.output(line), context.signal);
    },
    async undo(context, before) {
      // An agent that was there before us is somebody's: it stays, in the newer version.
      if ((before as { version: string | null } | null)?.version) return;
      await servers.of(nodeId).removeAgent((line) => context.output(line), context.signal);
    },
  };
}
