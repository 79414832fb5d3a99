/**
 * A mailbox pair alone, in a lab of its own: two Debian servers set up by the
 * product's provisioning, and the console's services open on them. Mail is
 * handed to the active side by LMTP, as an mx would.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServices, type LocalServices } from '../../../main/create-services.ts';
import type { OpenFleet } from '../../../main/open-fleet.ts';
import { type ProvisionedServer, provisionAll } from '../../../main/provision-all.ts';
import { storePaths } from '../../../main/store/paths.ts';
import { fileSecrets } from '../../../main/store/secrets.ts';
import { buildWhenStale } from '../electron/build.ts';
import { readInstance } from '../lab/instance.ts';
import { type Lab, openLab, type Topology } from '../lab/lab.ts';
import type { ImapAccess } from '../mail/index.ts';
import { labFleetText, mailboxesOf } from './lab-fleet.ts';

const topology: Topology = {
  name: 'store pair',
  domain: 'yard.test',
  clusters: { store: { image: 'store', debian: 13, nodes: { store1: 31, store2: 32 } } },
};

export interface StorePair {
  readonly lab: Lab;
  readonly fleet: OpenFleet;
  readonly servers: readonly ProvisionedServer[];
  readonly mailboxes: readonly string[];
  address(nodeId: string): string;
  /** The mailboxes as this side has them. */
  imapOn(nodeId: string): ImapAccess;
  dispose(): Promise<void>;
}

export async function bringUpStorePair(labName: string, say: (line: string) => void): Promise<StorePair> {
  const lab = openLab(readInstance({ ...process.env, MAILYARD_LAB: labName }));
  await lab.down();
  const status = await lab.up(topology, { onProgress: say });
  await buildWhenStale(undefined, say);
  const dataFolder = join(lab.instance.stateDir, 'console');
  const fleetFile = join(lab.instance.stateDir, 'fleet.yaml');
  const knownHosts = join(dataFolder, 'known_hosts');
  await rm(dataFolder, { recursive: true, force: true });
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await writeFile(knownHosts, await readFile(status.ssh.knownHosts));
  await writeFile(fleetFile, labFleetText(status, knownHosts));
  const servers = await setUp({ dataFolder, fleetFile, keyFile: status.ssh.privateKey, say });
  // Opened anew: links that were refused before there was an agent wait for a person.
  const services = await createServices({ dataFolder, operator: 'lab' });
  await services.handle('fleet.open', { path: fleetFile });
  const mailboxes = mailboxesOf(status);
  const secrets = fileSecrets(storePaths(dataFolder).fleet(fleetFile).secrets, null);
  const passwords = new Map<string, string>();
  for (const mailbox of mailboxes) passwords.set(mailbox, await secrets.get(`mailbox:${mailbox}`));
  const address = (nodeId: string): string => lab.node(nodeId).address;
  return {
    ...{ lab, fleet: fleetOf(services), servers, mailboxes, address },
    imapOn: (nodeId) => ({
      ...{ host: address(nodeId), port: 143 },
      passwordOf: (mailbox) => passwords.get(mailbox) ?? '',
    }),
    async dispose() {
      await services.dispose();
      await lab.down();
    },
  };
}

interface SetUpOptions {
  readonly dataFolder: string;
  readonly fleetFile: string;
  readonly keyFile: string;
  say(line: string): void;
}

async function setUp({
  dataFolder,
  fleetFile,
  keyFile,
  say,
}: SetUpOptions): Promise<readonly ProvisionedServer[]> {
  const services = await createServices({ dataFolder, operator: 'lab' });
  try {
    await services.handle('fleet.open', { path: fleetFile });
    const fleet = fleetOf(services);
    return await provisionAll(fleet, {
      credentials: { kind: 'key', user: 'root', path: keyFile },
      say,
      logIn: async (server) => {
        const reached = await fleet.sessions.reach(server);
        if (reached.state !== 'connected') throw new Error(`${server.nodeId} shows an unknown host key`);
        return reached.serverKey;
      },
    });
  } finally {
    await services.dispose();
  }
}

function fleetOf(services: LocalServices): OpenFleet {
  if (!services.fleet) throw new Error('the fleet was opened and is not there');
  return services.fleet;
}
