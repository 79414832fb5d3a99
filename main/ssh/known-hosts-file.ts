/** known_hosts files on disk: read as they are, appended to when a person accepted a key. */
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OpsError } from '../../common/model/ops-error.ts';
import { hashName, type KnownHostsLine, knownHostsName, parseKnownHosts } from './known-hosts.ts';
import type { HostKey } from './transport.ts';

/** A larger file is refused: nothing honest has that many servers. Unit: bytes. */
const largestFile = 64 * 1024 * 1024;

/**
 * All lines of these files; one that does not exist has none.
 *
 * Throws: OpsError 'bad-input' when a file is there but cannot be read: going on would call known servers unknown.
 */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHostsLine[]> {
  const texts = await Promise.all(files.map(readOne));
  return texts.flatMap((text, at) => parseKnownHosts(text, files[at]!));
}

async function readOne(file: string): Promise<string> {
  try {
    const text = await readFile(file);
    if (text.length > largestFile) throw new Error(`it holds ${text.length} bytes`);
    return text.toString('utf8');
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new OpsError('bad-input', `The known hosts file ${file} cannot be read: ${why}`, thrown);
  }
}

/**
 * Records a key that a person accepted. Names are hashed when the file's other
 * lines are: the file's owner wanted it so.
 */
export async function appendKnownHost(
  file: string,
  server: { readonly host: string; readonly port: number },
  key: Pick<HostKey, 'type' | 'key'>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await readOne(file);
  const plain = knownHostsName(server.host, server.port);
  const name = /^\|1\|/m.test(before) ? hashName(plain, randomBytes(20).toString('base64')) : plain;
  const start = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(file, `${start}${name} ${key.type} ${key.key}\n`, { mode: 0o600 });
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
