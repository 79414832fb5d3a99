/** The programs that verbs run on a node, as far as verbs look at what they answer. */
import { createHash } from 'node:crypto';
import type { ExecOptions, ExecResult } from '../../common/roles/host.ts';
import { roles } from '../../common/roles/index.ts';
import type { SimulatedNode } from './simulated-node.ts';

const ok = (stdout = ''): ExecResult => ({ code: 0, stdout, stderr: '' });
const failed = (stderr: string, code = 1): ExecResult => ({ code, stdout: '', stderr });

/** What is not known here succeeds and says nothing, as the checkers of configuration do. */
export async function runSimulated(
  node: SimulatedNode,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const [program = '', ...words] = argv;
  const names = words.includes('--') ? words.slice(words.indexOf('--') + 1) : [];
  switch (program) {
    case 'systemctl':
      return systemctl(node, words);
    case 'sha256sum':
      return sha256sum(node, names);
    case 'dpkg-query':
      return ok(
        names
          .filter((name) => node.packages.has(name))
          .map((name) => `${name} installed 1.0-simulated\n`)
          .join(''),
      );
    case 'apt-get':
      return aptGet(node, words, options);
    case 'df':
      return ok(
        'Filesystem 1024-blocks Used Available Capacity Mounted on\nsim 41943040 9437184 32505856 23% /\n',
      );
    case 'nproc':
      return ok('2\n');
    case 'readlink':
      return node.agentVersion === null ? failed('') : ok(`versions/${node.agentVersion}\n`);
    case 'journalctl':
      return ok(
        node
          .lastLog(40)
          .map((line) => `${new Date().toISOString()} ${line}\n`)
          .join(''),
      );
    case 'postqueue':
      for (const queue of ['incoming', 'deferred']) node.files.remove(`/var/spool/postfix/${queue}`);
      return ok();
    default:
      return ok();
  }
}

function systemctl(node: SimulatedNode, words: readonly string[]): ExecResult {
  const verb = words.find((word) => !word.startsWith('-')) ?? '';
  const unit = words.at(-1) ?? '';
  if (verb === 'daemon-reload') return ok();
  const status = node.unitStatus(unit);
  if (verb === 'show') {
    const enabled = node.units.get(unit)?.enabled === true ? 'enabled' : 'disabled';
    return ok(
      `LoadState=${status === null ? 'not-found' : 'loaded'}\nActiveState=${status?.activeState ?? 'inactive'}\nSubState=${status?.subState ?? 'dead'}\nUnitFileState=${enabled}\nResult=success\n`,
    );
  }
  const state = node.units.get(unit);
  if (state === undefined) return unit.startsWith('mailyard') ? ok() : failed(`Unit ${unit} not found.`, 5);
  if (verb === 'enable' || verb === 'disable') state.enabled = verb === 'enable';
  if (verb === 'stop') node.setRunning(unit, false);
  if (verb === 'start') node.setRunning(unit, true);
  if (verb === 'restart') {
    node.setRunning(unit, false);
    node.setRunning(unit, true);
  }
  if (verb === 'reload' && unit === 'haproxy.service') node.haproxy.reload();
  node.log(`systemd[1]: ${verb} ${unit}`);
  return ok();
}

function sha256sum(node: SimulatedNode, paths: readonly string[]): ExecResult {
  const lines = paths.flatMap((path) => {
    const content = node.files.bytes(path);
    return content === null ? [] : [`${createHash('sha256').update(content).digest('hex')}  ${path}\n`];
  });
  return ok(lines.join(''));
}

async function aptGet(
  node: SimulatedNode,
  words: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  if (!words.includes('--')) return ok();
  const wanted = words.slice(words.indexOf('--') + 1);
  for (const name of wanted) {
    options.onLine?.(`Setting up ${name} (simulated) ...`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  for (const role of Object.values(roles)) {
    if (role.provision?.packages.every((name) => wanted.includes(name)) === true)
      node.installPackages(role.id);
  }
  return ok();
}
