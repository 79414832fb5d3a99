/** The command line as a process of its own, as cron and an operator's shell run it, and as a crash ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storePaths } from '../../../main/store/paths.ts';
import { repositoryRoot } from '../electron/build.ts';
import type { Spine } from './spine.ts';

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Cli {
  run(args: readonly string[], stdin?: string): Promise<CliResult>;
  /**
   * Runs it, and kills it (SIGKILL) a moment after its run's journal has a record that `when` accepts.
   * `killed` is false when it ended before.
   */
  runAndKill(
    args: readonly string[],
    when: (record: JournalLine) => boolean,
    delayMs: number,
  ): Promise<CliResult & { readonly killed: boolean }>;
  /** Records of the newest run. */
  journal(): readonly JournalLine[];
}

export interface JournalLine {
  readonly kind: string;
  readonly step?: string;
  readonly state?: string;
  readonly runId?: string;
  /** Place in the journal: a resumed run sees its old records again. */
  readonly at: number;
}

export function openCli(spine: Pick<Spine, 'fleetFile' | 'dataFolder'>): Cli {
  const { journals } = storePaths(spine.dataFolder).fleet(spine.fleetFile);
  const start = (args: readonly string[]): ChildProcess =>
    spawn(process.execPath, ['--import', 'tsx', 'main/cli/index.ts', ...args], {
      cwd: repositoryRoot,
      env: { ...process.env, MAILYARD_DATA: spine.dataFolder, MAILYARD_FLEET: spine.fleetFile },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  const journal = (): readonly JournalLine[] => {
    const newest = readdirSync(journals)
      .filter((name) => name.endsWith('.ndjson'))
      .sort()
      .at(-1);
    if (!newest) return [];
    const text = readFileSync(join(journals, newest), 'utf8');
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(0, -1)
      .map((line, at) => ({ ...(JSON.parse(line) as Omit<JournalLine, 'at'>), at }));
  };
  return {
    journal,
    run(args, stdin = '') {
      const child = start(args);
      child.stdin?.end(stdin);
      return ended(child);
    },
    async runAndKill(args, when, delayMs) {
      const before = namesAndSizes(journals);
      const child = start(args);
      child.stdin?.end();
      const over = ended(child);
      let killed = false;
      const watch = setInterval(() => {
        // Only what this process wrote counts.
        if (namesAndSizes(journals) === before) return;
        if (!journal().some(when)) return;
        clearInterval(watch);
        setTimeout(() => {
          killed = child.exitCode === null && child.kill('SIGKILL');
        }, delayMs);
      }, 5);
      const result = await over;
      clearInterval(watch);
      return { ...result, killed: killed && result.code === null };
    },
  };
}

/** The lab gives the address of a removed server to the next one, which is another server with another key. */
export async function forgetHostKey(spine: Pick<Spine, 'dataFolder'>, address: string): Promise<void> {
  const path = join(spine.dataFolder, 'known_hosts');
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, lines.filter((line) => !line.split(' ')[0]?.split(',').includes(address)).join('\n'));
}

/** A name that neither the fleet file nor the lab has: what an earlier run added stays a member of its cluster. */
export async function freeName(spine: Spine, prefix: string): Promise<string> {
  const file = await readFile(spine.fleetFile, 'utf8');
  const inLab = new Set(spine.lab.status().nodes.map((node) => node.name));
  let number = 1;
  while (inLab.has(`${prefix}${number}`) || file.includes(`${prefix}${number}:`)) number += 1;
  return `${prefix}${number}`;
}

function namesAndSizes(folder: string): string {
  try {
    return readdirSync(folder)
      .map((name) => `${name} ${readFileSync(join(folder, name)).length}`)
      .join('\n');
  } catch {
    return '';
  }
}

function ended(child: ChildProcess): Promise<CliResult> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    out += bytes.toString('utf8');
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    err += bytes.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}
