/** Invented plans, and runs that walk through them in a few seconds. */
import type { PlanRequest } from '../../../../common/ipc/contract.ts';
import type { Plan, PlanStep, Progress, Run, RunStep, RunSummary } from '../../../../common/model/run.ts';

const step = (
  id: string,
  title: string,
  nodeId: string | null,
  changes: string,
  commands: readonly string[],
  cancel: PlanStep['cancel'] = 'after-step',
): PlanStep => ({
  id,
  title,
  nodeId,
  commands,
  changes,
  cancel,
  undoable: changes !== '',
});

export function planFixture(request: PlanRequest, id: string, nowMs: number): Plan {
  const shared = { id, runbook: request.runbook, blockers: [], createdAtMs: nowMs };
  switch (request.runbook) {
    case 'drain':
      return {
        ...shared,
        title: `Drain ${request.nodeId}`,
        clusterId: request.clusterId,
        nodeId: request.nodeId,
        blastRadius: [
          'mx1 and mx3 take its share: 58 % of what they can carry.',
          'Nobody is refused; sessions that are open end by themselves.',
          'Until it serves again, the loss of one more mx would queue mail at the peak.',
        ],
        steps: [
          step(
            'intent',
            `Tell ${request.nodeId} that it is to drain`,
            request.nodeId,
            'Its stopped Postfix will be told apart from a failed one.',
            [`verb node-intent {"role":"mx","intent":"draining"}`],
          ),
          step(
            'close-edge1',
            `Close the entrance to ${request.nodeId} on edge1`,
            'edge1',
            'New connections go to the other mx.',
            [`verb edge-server {"backend":"smtp","server":"${request.nodeId}","state":"drain"}`],
          ),
          step(
            'close-edge2',
            `Close the entrance to ${request.nodeId} on edge2`,
            'edge2',
            'New connections go to the other mx.',
            [`verb edge-server {"backend":"smtp","server":"${request.nodeId}","state":"drain"}`],
          ),
          step(
            'wait-sessions',
            'Wait for its sessions to end',
            request.nodeId,
            '',
            ['show stat smtp 4 -1'],
            'now',
          ),
          step(
            'stop-postfix',
            `Stop Postfix on ${request.nodeId}`,
            request.nodeId,
            'It finishes what it is delivering; 30 s at most.',
            ['systemctl stop postfix.service'],
          ),
          step(
            'hand-queue',
            'Hand its queue to mx1',
            request.nodeId,
            'Each queue ID is accounted for: delivered, handed over or held.',
            ['verb mx-queue-export', 'verb mx-queue-import'],
            'never',
          ),
          step('look-again', 'Look again', null, '', ['show stat smtp 4 -1', 'postqueue -j']),
        ],
      };
    case 'undrain':
      return {
        ...shared,
        title: `Let ${request.nodeId} serve again`,
        clusterId: request.clusterId,
        nodeId: request.nodeId,
        blastRadius: ['New connections reach it again within a second.'],
        steps: [
          step('start-postfix', `Start Postfix on ${request.nodeId}`, request.nodeId, 'Postfix runs.', [
            'systemctl start postfix.service',
          ]),
          step('open-edges', 'Open the entrance on edge1 and edge2', 'edge1', 'New connections reach it.', [
            'verb edge-server {"state":"ready"}',
          ]),
        ],
      };
    case 'switchover':
      return {
        ...shared,
        title: 'Move the entrance to edge2',
        clusterId: request.clusterId,
        nodeId: 'edge2',
        blastRadius: [
          'Connections that are open through edge1 are cut; mail servers try again by themselves, mail programs reconnect.',
          'New connections wait for 0.3 s, at most 1 s.',
        ],
        steps: [
          step('ready', 'Look whether edge2 could take it', 'edge2', '', ['verb edge-state']),
          step(
            'let-go',
            'Let edge1 let go of 10.77.0.100',
            'edge1',
            'edge1 goes to FAULT and the address moves.',
            ['verb edge-drain {"on":true}'],
            'never',
          ),
          step('seen', 'See edge2 hold it', 'edge2', '', ['verb edge-state']),
          step('standby', 'Make edge1 the standby', 'edge1', 'edge1 may take it again when edge2 fails.', [
            'verb edge-drain {"on":false}',
          ]),
        ],
      };
    case 'provision':
      return {
        ...shared,
        title: 'Make mx4 an mx server',
        clusterId: 'mx',
        nodeId: 'mx4',
        blastRadius: ['Nobody notices: it takes mail only after a message through it has arrived.'],
        steps: [
          step(
            'agent',
            'Install the agent',
            'mx4',
            'Adds the user mailyard, its daemon and one sudoers line.',
            ['apt-get install nodejs', 'install mailyard-agent.cjs'],
          ),
          step('packages', 'Install Postfix, rspamd and Valkey', 'mx4', 'Adds Debian packages.', [
            'apt-get install postfix rspamd valkey-server',
          ]),
          step(
            'config',
            'Write its configuration',
            'mx4',
            '11 files, checked by postfix check and rspamadm configtest before they go live.',
            ['verb config {"role":"mx"}'],
          ),
          step('join', 'Join drained', 'edge1', 'HAProxy knows it and sends it nothing yet.', [
            'verb config {"role":"edge"}',
          ]),
          step('prove', 'Send a message through it', null, '', ['SMTP to 10.77.0.17, IMAP from store1a']),
          step('ramp', 'Raise its weight to 100', 'edge1', 'It takes its share.', [
            'verb edge-server {"weight":100}',
          ]),
        ],
      };
  }
}

/** How a run looks `elapsedMs` after its start; null plan steps never happen. */
export function runFixture(
  plan: Plan,
  runId: string,
  startedAtMs: number,
  nowMs: number,
  stepMs: number,
  heldAt: number | null,
): Run {
  const reached = Math.floor((nowMs - startedAtMs) / stepMs);
  const at = heldAt === null ? reached : Math.min(reached, heldAt);
  const steps: RunStep[] = plan.steps.map((one, index) => {
    const begun = startedAtMs + index * stepMs;
    const state = index < at ? 'done' : index === at ? 'now' : 'will';
    const waiting = state === 'now' && one.cancel === 'now';
    return {
      ...one,
      state,
      startedAtMs: index <= at ? begun : null,
      endedAtMs: index < at ? begun + stepMs : null,
      before:
        index <= at ? (one.id.startsWith('close') ? 'smtp/mx2 is ready, weight 100' : 'not so yet') : null,
      after:
        index < at ? (one.id.startsWith('close') ? 'read back: smtp/mx2 is DRAIN' : 'seen to be so') : null,
      error: null,
      output: waiting ? ['edge1  mx2  scur 24  status DRAIN', 'edge2  mx2  scur 17  status DRAIN'] : [],
      progress: waiting ? falling(begun, nowMs) : null,
    };
  });
  const finished = at >= plan.steps.length;
  const summary: RunSummary = {
    id: runId,
    runbook: plan.runbook,
    title: plan.title,
    clusterId: plan.clusterId,
    nodeId: plan.nodeId,
    operator: 'op',
    state: finished ? 'succeeded' : 'running',
    startedAtMs,
    endedAtMs: finished ? startedAtMs + plan.steps.length * stepMs : null,
    sentence: finished
      ? `${plan.title}: done. Nobody was refused, and each of 6 queue IDs is accounted for.`
      : `${plan.title}: ${steps.find((one) => one.progress)?.progress?.text ?? `${steps[at]?.title ?? ''}.`}`,
    stepsDone: Math.min(at, plan.steps.length),
    stepsTotal: plan.steps.length,
    may: finished ? ['undo'] : steps[at]?.cancel === 'never' ? [] : ['cancel'],
  };
  return { ...summary, blastRadius: plan.blastRadius, steps };
}

function falling(begunMs: number, nowMs: number): Progress {
  const points: [number, number][] = [];
  for (let at = begunMs - 8000; at <= nowMs; at += 500) {
    points.push([at, at < begunMs ? 118 : Math.max(0, Math.round(118 * Math.exp(-(at - begunMs) / 9000)))]);
  }
  const last = points.at(-1)?.[1] ?? 0;
  return {
    text: `${last} sessions left, falling 3 a second; about 14 s.`,
    label: 'sessions on mx2',
    unit: 'sessions',
    points,
    etaMs: 14_000,
    stalled: false,
  };
}

export function pastRuns(nowMs: number): readonly RunSummary[] {
  const past = (
    id: string,
    title: string,
    agoMs: number,
    tookMs: number,
    state: RunSummary['state'],
    sentence: string,
  ): RunSummary => ({
    id,
    runbook: 'drain',
    title,
    clusterId: 'mx',
    nodeId: 'mx3',
    operator: 'op',
    state,
    startedAtMs: nowMs - agoMs,
    endedAtMs: nowMs - agoMs + tookMs,
    sentence,
    stepsDone: 7,
    stepsTotal: 7,
    may: [],
  });
  return [
    past('r-1', 'Move the entrance to edge1', 3.2 * 3_600_000, 1400, 'succeeded', 'Done, gap 0.3 s.'),
    past('r-2', 'Make mx3 an mx server', 26 * 3_600_000, 41_000, 'succeeded', 'Done.'),
    past('r-3', 'Drain mx3', 27 * 3_600_000, 12_000, 'undone', 'Undone.'),
    past(
      'r-4',
      'Make mx3 an mx server',
      28 * 3_600_000,
      9000,
      'failed',
      'Make mx3 an mx server failed at “Install Postfix, rspamd and Valkey”: the disk of mx3 is full (0 MiB free on /). 1 of 6 steps done.',
    ),
  ];
}
