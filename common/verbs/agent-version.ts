/**
 * Upgrade and rollback of the agent itself. Each version has its own
 * directory; `current` is a link to the one in use. The new bundle's own
 * `install` entry brings units, sudoers and gate to its state; when the daemon
 * does not come up healthy, the version before is put back by *its* `install`.
 */
import { z } from 'zod';
import { OpsError } from '../model/ops-error.ts';
import type { VerbHost } from '../roles/host.ts';
import { lastLines } from './last-lines.ts';
import { defineVerb } from './verb.ts';

export const agentRoot = '/usr/lib/mailyard';
export const agentSocket = '/run/mailyard/agent.sock';
const bundleName = 'mailyard-agent.cjs';

export const agentVersionSchema = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/);

const agentStateSchema = z.strictObject({
  /** What the daemon says of itself; null when it does not answer. */
  running: z.string().nullable(),
  /** What `current` points to; null when it points nowhere. */
  current: z.string().nullable(),
  installed: z.array(z.string()),
});
export type AgentState = z.infer<typeof agentStateSchema>;

/** What the daemon answers on GET /health of its socket. */
export const agentHealthSchema = z.object({
  version: z.string(),
  protocol: z.number(),
  sampledAtMs: z.number(),
});

export const agentUpgradeVerb = defineVerb({
  name: 'agent-upgrade',
  input: z.strictObject({
    version: agentVersionSchema,
    /** The bundle's text. */
    bundle: z
      .string()
      .min(1)
      .max(6 * 1024 * 1024),
  }),
  state: agentStateSchema,
  detached: false,
  secretFields: ['bundle'],
  async observe(host, { version, bundle }) {
    const state = await agentState(host);
    const present = state.current === version ? await host.readFile(bundlePath(version)) : null;
    return { satisfied: state.running === version && present === bundle, state };
  },
  async apply(host, { version, bundle }, before) {
    await host.writeFile(bundlePath(version), bundle, { mode: 0o644, owner: 'root', group: 'root' });
    await switchTo(host, version, before.current === version ? null : before.current);
  },
});

export const agentRollbackVerb = defineVerb({
  name: 'agent-rollback',
  input: z.strictObject({ version: agentVersionSchema }),
  state: agentStateSchema,
  detached: false,
  async observe(host, { version }) {
    const state = await agentState(host);
    return { satisfied: state.running === version && state.current === version, state };
  },
  async apply(host, { version }, before) {
    if (!before.installed.includes(version)) {
      throw new OpsError(
        'bad-input',
        `Version ${version} of the agent is not on this node; there are: ${before.installed.join(', ') || 'none'}.`,
      );
    }
    await switchTo(host, version, before.current === version ? null : before.current);
  },
});

async function switchTo(host: VerbHost, version: string, fallBackTo: string | null): Promise<void> {
  try {
    await install(host, version);
  } catch (error) {
    const why = OpsError.from(error).message;
    if (fallBackTo === null)
      throw new OpsError('command-failed', `Agent ${version} does not run: ${why}`, error);
    host.output(`agent ${version} does not run: ${why}`);
    await install(host, fallBackTo);
    throw new OpsError(
      'command-failed',
      `Agent ${version} does not run (${why}); ${fallBackTo} is back.`,
      error,
    );
  }
}

/** The bundle's own installer does it all and proves it by asking the daemon for its health. */
async function install(host: VerbHost, version: string): Promise<void> {
  const done = await host.exec(['/usr/bin/node', bundlePath(version), 'install'], {
    stdin: JSON.stringify({ version }),
    timeoutMs: 60_000,
    onLine: (line) => host.output(line),
  });
  if (done.code !== 0) throw new OpsError('command-failed', lastLines(done.stderr || done.stdout, 3));
}

async function agentState(host: VerbHost): Promise<AgentState> {
  const link = await host.exec(['readlink', '--', `${agentRoot}/current`], { timeoutMs: 5000 });
  const installed = (await host.listDirectory(`${agentRoot}/versions`)).filter(
    (name) => agentVersionSchema.safeParse(name).success,
  );
  return {
    running: await runningVersion(host),
    current: link.code === 0 ? (link.stdout.trim().split('/').at(-1) ?? null) : null,
    installed: [...installed].sort(),
  };
}

async function runningVersion(host: VerbHost): Promise<string | null> {
  try {
    const answer = await host.httpGet(agentSocket, '/health', 2000);
    return agentHealthSchema.parse(JSON.parse(answer.body)).version;
  } catch {
    return null;
  }
}

function bundlePath(version: string): string {
  return `${agentRoot}/versions/${version}/${bundleName}`;
}
