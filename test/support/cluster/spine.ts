/**
 * A whole provisioned cluster in the lab: booted, and set up by the product's
 * own provisioning over SSH, as an operator's would be. The demo and the lab
 * tests stand on it.
 */
import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServices } from '../../../main/create-services.ts';
import { provisionAll } from '../../../main/provision-all.ts';
import { storePaths } from '../../../main/store/paths.ts';
import { fileSecrets } from '../../../main/store/secrets.ts';
import { buildWhenStale } from '../electron/build.ts';
import { type Lab, type LabStatus, openLab, readTopology, spinePath } from '../lab/lab.ts';
import type { ImapAccess } from '../mail/index.ts';
import { labFleetText, mailboxesOf } from './lab-fleet.ts';

export interface Spine {
  readonly lab: Lab;
  readonly fleetFile: string;
  /** The console's data folder for this lab: journal, leases, secrets; gone with the lab. */
  readonly dataFolder: string;
  /** Where users connect. */
  readonly vip: string;
  readonly mailboxes: readonly string[];
  /** Through the VIP, as a user would. */
  readonly imap: ImapAccess;
  /** Queue ids on every mx that is there, also on those added later. */
  queueIds(): Promise<readonly string[]>;
}

export interface SpineOptions {
  readonly say: (line: string) => void;
}

/** Takes the lab that is up, or boots one; sets up what is not set up yet. Throws when a server could not be. */
export async function bringUpSpine({ say }: SpineOptions): Promise<Spine> {
  const lab = openLab();
  if (!lab.isUp()) await lab.up(readTopology(spinePath), { onProgress: say });
  await buildWhenStale(undefined, say);
  const files = await writeConsoleFiles(lab);
  await setUpServers(lab.status(), files, say);
  return describeSpine(lab, files);
}

interface ConsoleFiles {
  readonly fleetFile: string;
  readonly dataFolder: string;
}

/**
 * The fleet file once (the console edits it afterwards), and a known_hosts of
 * its own: a server added later shows a key that nobody has seen yet.
 */
async function writeConsoleFiles(lab: Lab): Promise<ConsoleFiles> {
  const status = lab.status();
  const { stateDir } = lab.instance;
  const dataFolder = join(stateDir, 'console');
  const fleetFile = join(stateDir, 'fleet.yaml');
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const knownHostsFile = join(dataFolder, 'known_hosts');
  const known = await readFile(knownHostsFile, 'utf8').catch(() => null);
  if (known === null) {
    const names = new Set(status.nodes.filter((node) => node.cluster !== null).map((node) => node.name));
    const all = (await readFile(status.ssh.knownHosts, 'utf8')).split('\n');
    await writeFile(
      knownHostsFile,
      `${all.filter((line) => names.has(line.split(',')[0] ?? '')).join('\n')}\n`,
    );
    await writeFile(fleetFile, labFleetText(status, knownHostsFile));
  }
  return { fleetFile, dataFolder };
}

async function setUpServers(
  status: LabStatus,
  files: ConsoleFiles,
  say: (line: string) => void,
): Promise<void> {
  const services = await createServices({ dataFolder: files.dataFolder, operator: 'lab' });
  try {
    await services.handle('fleet.open', { path: files.fleetFile });
    const fleet = services.fleet;
    if (!fleet) throw new Error('the fleet was opened and is not there');
    await fleet.linksSettled(20_000);
    const servers = await provisionAll(fleet, {
      credentials: { kind: 'key', user: 'root', path: status.ssh.privateKey },
      say,
      logIn: async (server) => {
        const reached = await fleet.sessions.reach(server);
        if (reached.state === 'connected') return reached.serverKey;
        throw new Error(
          `${server.nodeId} shows a host key that the lab did not make: ${reached.fingerprint}`,
        );
      },
    });
    const failed = servers.filter((server) => server.state === 'failed');
    if (failed.length > 0) {
      throw new Error(`Not set up:\n${failed.map((one) => `  ${one.nodeId}: ${one.sentence}`).join('\n')}`);
    }
  } finally {
    await services.dispose();
  }
}

async function describeSpine(lab: Lab, { fleetFile, dataFolder }: ConsoleFiles): Promise<Spine> {
  const status = lab.status();
  const vip = status.vips['edge'];
  if (vip === undefined) throw new Error('the topology has no edge cluster with a VIP');
  const mailboxes = mailboxesOf(status);
  const secrets = fileSecrets(storePaths(dataFolder).fleet(fleetFile).secrets, null);
  const passwords = new Map(
    await Promise.all(
      mailboxes.map(async (address) => [address, await secrets.get(`mailbox:${address}`)] as const),
    ),
  );
  return {
    lab,
    fleetFile,
    dataFolder,
    vip,
    mailboxes,
    imap: { host: vip, port: 143, passwordOf: (address) => passwords.get(address) ?? '' },
    queueIds: () => queueIdsOf(lab),
  };
}

/** A node that is off or frozen is asked too: its disk holds its queue, and execs into a dead node fail fast. */
async function queueIdsOf(lab: Lab): Promise<readonly string[]> {
  const ids = await Promise.all(
    lab
      .status()
      .nodes.filter((node) => node.state === 'running')
      .map(async (node) => {
        // `postqueue` needs a running Postfix; the files are the truth either way.
        const found = await lab.exec(node.name, [
          ...['find', '/var/spool/postfix/incoming', '/var/spool/postfix/active'],
          ...['/var/spool/postfix/deferred', '/var/spool/postfix/hold', '-type', 'f', '-printf', '%f\\n'],
        ]);
        return found.stdout.split('\n').filter((name) => name !== '');
      }),
  );
  return ids.flat();
}
