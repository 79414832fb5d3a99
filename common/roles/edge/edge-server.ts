/**
 * Verbs about one server of one backend in this edge's HAProxy: take it out,
 * put it back, weigh it, and see who is still connected to it.
 *
 * What was said is written to the server-state file at once, so that a power
 * cut cannot bring a drained server back.
 */
import { z } from 'zod';
import { OpsError } from '../../model/ops-error.ts';
import { defineVerb } from '../../verbs/verb.ts';
import type { VerbHost } from '../host.ts';
import { adminSocket, masterSocket, serverStateFile } from './paths.ts';
import { parseServersState } from './servers-state.ts';
import { parseOldWorkers } from './show-proc.ts';
import { parseShowSess } from './show-sess.ts';
import { parseShowStat } from './show-stat.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);

export const edgeServerSchema = z.strictObject({
  backend: z.string(),
  server: z.string(),
  address: z.string(),
  /** What the operator said. */
  admin: z.enum(['ready', 'drain', 'maint']),
  /** 0 to 256, among the weights of the others. */
  weight: z.number(),
  /** HAProxy's word for it, e.g. 'UP', 'DOWN', 'DRAIN', 'MAINT', 'UP 1/2'. */
  status: z.string(),
  check: z.string(),
  /** Open now, those of workers left behind by a reload included. */
  sessions: z.number(),
});
export type EdgeServer = z.infer<typeof edgeServerSchema>;

/** Every server of every backend, or of one. */
export const edgeServersVerb = defineVerb({
  name: 'edge-servers',
  input: z.strictObject({ backend: name.nullable() }),
  state: z.strictObject({ servers: z.array(edgeServerSchema) }),
  detached: false,
  async observe(host, { backend }) {
    const servers = await readServers(host);
    return {
      satisfied: true,
      state: { servers: servers.filter((server) => backend === null || server.backend === backend) },
    };
  },
});

export const edgeServerVerb = defineVerb({
  name: 'edge-server',
  input: z.strictObject({
    backend: name,
    server: name,
    state: z.enum(['ready', 'drain', 'maint']),
    /** null: left as it is. */
    weight: z.number().int().min(0).max(256).nullable(),
  }),
  state: edgeServerSchema,
  detached: false,
  async observe(host, input) {
    const state = await readServer(host, input.backend, input.server);
    const asWeighed = input.weight === null || state.weight === input.weight;
    return { satisfied: state.admin === input.state && asWeighed, state };
  },
  async apply(host, { backend, server, state, weight }) {
    // Weight first: a server that comes back must not get full load for an instant.
    if (weight !== null) await say(host, `set server ${backend}/${server} weight ${weight}`);
    await say(host, `set server ${backend}/${server} state ${state}`);
    const table = await host.askSocket(adminSocket, 'show servers state\n');
    if (table.startsWith('1\n')) {
      await host.writeFile(serverStateFile, table, { mode: 0o644, owner: 'root', group: 'root' });
    }
  },
});

/** Who is connected to a server, the oldest first; at most 50. Those of old workers cannot be named. */
export const edgeSessionsVerb = defineVerb({
  name: 'edge-sessions',
  input: z.strictObject({ backend: name, server: name }),
  state: z.strictObject({
    sessions: z.array(z.strictObject({ source: z.string(), ageSeconds: z.number() })),
  }),
  detached: false,
  async observe(host, { backend, server }) {
    const sessions = parseShowSess(await host.askSocket(adminSocket, 'show sess\n'))
      .filter((session) => session.backend === backend && session.server === server)
      .map(({ source, ageSeconds }) => ({ source, ageSeconds }))
      .sort((a, b) => b.ageSeconds - a.ageSeconds)
      .slice(0, 50);
    return { satisfied: true, state: { sessions } };
  },
});

async function readServer(host: VerbHost, backend: string, server: string): Promise<EdgeServer> {
  const found = (await readServers(host)).find((one) => one.backend === backend && one.server === server);
  if (!found) {
    throw new OpsError(
      'command-failed',
      `HAProxy here has no server ${backend}/${server}; its configuration must name it first.`,
    );
  }
  return found;
}

async function readServers(host: VerbHost): Promise<readonly EdgeServer[]> {
  const states = parseServersState(await host.askSocket(adminSocket, 'show servers state\n'));
  const stat = parseShowStat(await host.askSocket(adminSocket, 'show stat\n'));
  const left = await sessionsOfOldWorkers(host);
  return states.map((state) => {
    const line = stat.find((one) => one.proxy === state.backend && one.name === state.server);
    const key = `${state.backend}/${state.server}`;
    return {
      backend: state.backend,
      server: state.server,
      address: state.address,
      admin: state.admin,
      weight: state.weight,
      status: line?.status ?? 'unknown',
      check: line?.check ?? '',
      sessions: (line?.number('scur') ?? 0) + (left.get(key) ?? 0),
    };
  });
}

/**
 * A reload leaves the old worker with its sessions until they end (at most
 * hard-stop-after); the new worker knows nothing of them. A drain that did not
 * count them would stop Postfix under them.
 */
async function sessionsOfOldWorkers(host: VerbHost): Promise<ReadonlyMap<string, number>> {
  const sessions = new Map<string, number>();
  const workers = parseOldWorkers(await host.askSocket(masterSocket, 'show proc\n'));
  for (const pid of workers) {
    let stat: string;
    try {
      stat = await host.askSocket(masterSocket, `@!${pid} show stat\n`);
    } catch {
      continue; // It ended just now, and its sessions with it.
    }
    for (const line of parseShowStat(stat)) {
      if (line.kind !== 'server') continue;
      const key = `${line.proxy}/${line.name}`;
      sessions.set(key, (sessions.get(key) ?? 0) + (line.number('scur') ?? 0));
    }
  }
  return sessions;
}

/** HAProxy answers nothing when it did it, and a sentence when it did not. */
async function say(host: VerbHost, command: string): Promise<void> {
  const answer = (await host.askSocket(adminSocket, `${command}\n`)).trim();
  if (answer !== '') throw new OpsError('command-failed', `HAProxy refused “${command}”: ${answer}`);
}
