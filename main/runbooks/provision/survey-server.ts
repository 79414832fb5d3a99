/**
 * Looks at a server that has no agent: one fixed script, no data in it, sends
 * the same texts that the agent's `facts` verb reads.
 */
import { OpsError } from '../../../common/model/ops-error.ts';
import { plainText } from '../../../common/protocol/plain-text.ts';
import { factFiles, parseHostFacts, withClockOffset } from '../../../common/verbs/host-facts.ts';
import { rolesFileSchema, rolesPath } from '../../../common/verbs/node-roles.ts';
import type { SshConnection } from '../../ssh/transport.ts';
import type { Survey } from './bare-server.ts';

const marker = '@@mailyard@@';

const script = [
  ...Object.entries(factFiles).map(
    ([name, path]) => `echo '${marker}${name}'; cat '${path}' 2>/dev/null; echo`,
  ),
  `echo '${marker}df'; df -Pk / 2>/dev/null`,
  `echo '${marker}cpus'; nproc 2>/dev/null`,
  `echo '${marker}nowMs'; date +%s%3N`,
  `echo '${marker}agent'; readlink /usr/lib/mailyard/current 2>/dev/null`,
  `echo '${marker}roles'; cat '${rolesPath}' 2>/dev/null`,
  `echo '${marker}end'`,
  '',
].join('\n');

/** Throws: OpsError 'command-failed' when what answers is no shell of a Linux server. */
export async function surveyServer(connection: SshConnection, signal: AbortSignal): Promise<Survey> {
  const askedAtMs = Date.now();
  const answer = await connection.exec('sh -s', {
    ...{ stdin: script, timeoutMs: 20_000, maxBytes: 1024 * 1024, signal },
  });
  const heardAtMs = Date.now();
  const texts = sections(answer.stdout);
  if (!('end' in texts)) {
    const said = plainText(`${answer.stderr}\n${answer.stdout}`.trim()).slice(0, 300);
    throw new OpsError(
      'command-failed',
      `The login works, but commands do not run there (exit ${answer.code}${said ? `: ${said}` : ''}). Mailyard needs an account with a shell: root, or one with sudo.`,
    );
  }
  const facts = withClockOffset(parseHostFacts(plain(texts)), askedAtMs, heardAtMs);
  return {
    facts,
    agentVersion: texts['agent']?.trim().split('/').at(-1) || null,
    roles: rolesOf(texts['roles'] ?? ''),
  };
}

function sections(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const part of text.split(marker).slice(1)) {
    const end = part.indexOf('\n');
    found[part.slice(0, end === -1 ? undefined : end)] = end === -1 ? '' : part.slice(end + 1);
  }
  return found;
}

/** Newlines matter to the parser; everything else that is not printable does not get in. */
function plain(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      text
        .split('\n')
        .map((line) => plainText(line.replaceAll('\t', ' ')))
        .join('\n'),
    ]),
  );
}

function rolesOf(text: string): readonly string[] {
  try {
    return rolesFileSchema.parse(JSON.parse(text)).roles;
  } catch {
    return [];
  }
}
