/** What each command does with an open fleet. Answers the exit code. */
import { clustersOfNode } from '../../common/model/fleet.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import type { OpenFleet } from '../open-fleet.ts';
import { provisionAll } from '../provision-all.ts';
import type { RunParams } from '../runbooks/runbook.ts';
import type { Command, LoginOptions, Planned } from './command-line.ts';
import { exitCodeOfRun, exitCodes } from './exit-codes.ts';
import { followRun } from './follow-run.ts';
import { credentialsFrom, logIn } from './log-in.ts';
import { blockerText, fleetText, nodeText, planText, runsText, runText } from './show-fleet.ts';

export interface CommandContext {
  readonly fleet: OpenFleet;
  readonly json: boolean;
  /** Progress, for a person. */
  say(text: string): void;
  /** The answer: text, or the value with --json. */
  result(text: string, value: unknown): void;
}

/** Links that have not answered by then are shown as they are. Unit: ms. */
const settleMs = 8000;

export async function runCommand(command: Command, context: CommandContext): Promise<number> {
  const { fleet, say, result } = context;
  const { engine } = fleet;
  switch (command.name) {
    case 'help':
      return exitCodes.ok;
    case 'status': {
      await fleet.linksSettled(settleMs);
      const view = fleet.view();
      result(fleetText(view), view);
      const bad =
        view.clusters.some((cluster) => cluster.verdict.level !== 'redundant') || view.problems.length > 0;
      return command.check && bad ? exitCodes.failed : exitCodes.ok;
    }
    case 'node': {
      await fleet.linksSettled(settleMs);
      const node = fleet.view().nodes.find((one) => one.id === command.nodeId);
      if (!node) throw new OpsError('bad-input', `The fleet has no server ${command.nodeId}.`);
      const detail = await fleet.detail(command.nodeId);
      result(nodeText(node, detail), { node, detail });
      return exitCodes.ok;
    }
    case 'runs':
      result(runsText(engine.list()), engine.list());
      return exitCodes.ok;
    case 'show': {
      const run = engine.get(runIdOf(command.runId, fleet));
      result(runText(run), run);
      return exitCodes.ok;
    }
    case 'plan': {
      await fleet.linksSettled(settleMs);
      const plan = await engine.plan(paramsOf(command.planned, fleet));
      result(planText(plan), plan);
      return plan.blockers.length > 0 ? exitCodes.blocked : exitCodes.ok;
    }
    case 'run':
      await fleet.linksSettled(settleMs);
      return start(paramsOf(command.planned, fleet), command.overrides, false, context);
    case 'undo':
    case 'resume':
      return goOn(command.name, runIdOf(command.runId, fleet), command.login, context);
    case 'add-server': {
      const { nodeId, address, port, clusterId, failureDomain, login } = command;
      const credentials = await credentialsFrom(login, address);
      await logIn(
        fleet.sessions,
        { nodeId, address, port, clusterId, failureDomain, credentials },
        login.acceptHostKey,
      );
      await fleet.linksSettled(settleMs);
      const params = { runbook: 'provision', clusterId, nodeId, address, port, failureDomain } as const;
      return start(params, command.overrides, command.planOnly, context);
    }
    case 'provision-all': {
      const credentials = await credentialsFrom(command.login, 'every server');
      const done = await provisionAll(fleet, {
        credentials,
        logIn: (server) => logIn(fleet.sessions, server, command.login.acceptHostKey),
        say,
      });
      const failed = done.filter((one) => one.state === 'failed');
      result(
        done.length === 0
          ? 'Every server of the fleet file is set up.\n'
          : `${done.map((one) => `${one.nodeId}  ${one.state}  ${(one.tookMs / 1000).toFixed(1)} s  ${one.sentence}`).join('\n')}\n`,
        done,
      );
      return failed.length > 0 ? exitCodes.failed : exitCodes.ok;
    }
  }
}

async function start(
  params: RunParams,
  overrides: readonly string[],
  planOnly: boolean,
  { fleet, say, result }: CommandContext,
): Promise<number> {
  const { engine } = fleet;
  const plan = await engine.plan(params);
  const standing = plan.blockers.filter((one) => !one.overridable || !overrides.includes(one.code));
  if (planOnly || standing.length > 0) {
    result(planText(plan), plan);
    for (const blocker of standing) say(blockerText(blocker));
    return standing.length > 0 ? exitCodes.blocked : exitCodes.ok;
  }
  const runId = await engine.start(plan.id, overrides);
  say(`${plan.title} (run ${runId})`);
  const run = await followRun({ engine, runId, print: say });
  result(runText(run), run);
  return exitCodeOfRun(run, 'forward');
}

async function goOn(
  how: 'undo' | 'resume',
  runId: string,
  login: LoginOptions,
  { fleet, say, result }: CommandContext,
): Promise<number> {
  const { engine } = fleet;
  const params = engine.paramsOf(runId);
  if (params.runbook === 'provision' && (login.rootKey || login.passwordStdin)) {
    const credentials = await credentialsFrom(login, params.address);
    await logIn(fleet.sessions, { ...params, credentials }, login.acceptHostKey);
  }
  await fleet.linksSettled(settleMs);
  const before = engine.get(runId);
  await (how === 'undo' ? engine.undo(runId) : engine.resume(runId));
  say(`${how} of run ${runId}`);
  const run = await followRun({ engine, runId, before, print: say });
  result(runText(run), run);
  // The resume of an undo goes on undoing.
  return exitCodeOfRun(run, how === 'undo' || run.state === 'undone' ? 'undo' : 'forward');
}

function runIdOf(word: string, { engine }: OpenFleet): string {
  if (word !== 'last') return word;
  const last = engine.list()[0];
  if (!last) throw new OpsError('bad-input', 'Nothing was run yet.');
  return last.id;
}

function paramsOf(planned: Planned, { truth }: OpenFleet): RunParams {
  if (planned.runbook === 'switchover') return planned;
  const { runbook, nodeId } = planned;
  const clusters = clustersOfNode(truth.fleet, nodeId).map((cluster) => cluster.id);
  const clusterId = planned.clusterId ?? clusters[0];
  if (clusterId === undefined)
    throw new OpsError('bad-input', `The fleet has no server ${nodeId} in a cluster.`);
  if (planned.clusterId === null && clusters.length > 1) {
    throw new OpsError(
      'bad-input',
      `${nodeId} is in ${clusters.join(' and ')}: say which one with --cluster.`,
    );
  }
  return { runbook, clusterId, nodeId };
}
