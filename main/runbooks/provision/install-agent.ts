/**
 * Brings the agent in place on a bare Debian server. All that runs there is
 * constant text from this file; whatever varies goes in as JSON on stdin.
 *
 * Everything may be run again: what is so already is left alone. When the
 * install fails, the node's own installer has put back what it changed (the
 * Debian packages stay; they harm nothing).
 */
import { OpsError } from '../../../common/model/ops-error.ts';
import { lastLines } from '../../../common/verbs/last-lines.ts';
import type { ExecAnswer } from '../../ssh/transport.ts';

/** One command as root on the server; SshConnection.exec has this shape when one logs in as root, `asRoot` makes it otherwise. */
export type RootExec = (
  command: string,
  options?: { stdin?: string; timeoutMs?: number; signal?: AbortSignal },
) => Promise<ExecAnswer>;

export interface AgentInstall {
  /** Text of out/agent/mailyard-agent.cjs. */
  readonly bundle: string;
  /** Its version; the bundle refuses another. */
  readonly version: string;
  /** The account that the console will log in with from then on; made if it is not there. */
  readonly operatorUser: string;
  /** One line of OpenSSH: 'ssh-ed25519 AAAA... comment'. */
  readonly publicKey: string;
  readonly roles: readonly string[];
}

/** Debian packages the agent needs: Node.js, the way to root, the joint between SSH and its socket, systemd's bus. */
export const agentPackages = ['nodejs', 'sudo', 'socat', 'dbus'] as const;

const packagesScript = `
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
missing=""
for package in ${agentPackages.join(' ')}; do
  case "$(dpkg-query --show --showformat="\\\${db:Status-Status}" "$package" 2>/dev/null)" in
    installed) ;;
    *) missing="$missing $package" ;;
  esac
done
[ -z "$missing" ] && exit 0
dpkg --configure -a --force-confdef --force-confold
apt-get -q -o DPkg::Lock::Timeout=120 update || exit 1
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 --fix-broken install || exit 1
exec apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 install $missing
`;

/** Takes {bundle, input} from stdin, puts the bundle aside and lets it install itself. No single quotes in here: it stands between two. */
const installScript = `
const fs = require("node:fs"), path = require("node:path"), child = require("node:child_process");
const { bundle, input } = JSON.parse(fs.readFileSync(0, "utf8"));
const aside = fs.mkdtempSync("/root/.mailyard-install-");
const file = path.join(aside, "mailyard-agent.cjs");
try {
  fs.writeFileSync(file, bundle, { mode: 0o600 });
  const done = child.spawnSync(process.execPath, [file, "install"], { input: JSON.stringify(input), stdio: ["pipe", "inherit", "inherit"] });
  process.exitCode = done.status === null ? 1 : done.status;
} finally {
  fs.rmSync(aside, { recursive: true, force: true });
}
`;

/**
 * Root through sudo, for servers where one logs in as somebody else. Never asked of
 * a server that was not added with it. The password goes over stdin only.
 *
 * Throws: OpsError 'access-denied' when this account may not become root.
 */
export async function asRoot(exec: RootExec, password: string | null): Promise<RootExec> {
  const free = await exec('sudo -n true', { timeoutMs: 15_000 });
  if (free.code === 0) return (command, options) => exec(`sudo -n ${command}`, options);
  if (free.code === 127) {
    throw new OpsError(
      'access-denied',
      'This server has no sudo: log in as root, or install sudo there first.',
    );
  }
  const ask =
    password === null
      ? null
      : await exec('sudo -S -k -p "" true', { stdin: `${password}\n`, timeoutMs: 15_000 });
  if (ask === null || ask.code !== 0) {
    throw new OpsError(
      'access-denied',
      `This account may not become root with sudo${password === null ? ' without a password' : ''}. Log in as root, or allow it in sudoers.`,
    );
  }
  // -k: a password remembered by sudo would not be read, and the command would get it as its input.
  return (command, options) =>
    exec(`sudo -S -k -p "" ${command}`, { ...options, stdin: `${password}\n${options?.stdin ?? ''}` });
}

/** Installs the Debian packages that the agent needs; resumable. Throws: OpsError 'command-failed' with apt's last words. */
export async function installAgentPackages(exec: RootExec, signal?: AbortSignal): Promise<void> {
  const done = await exec(`sh -c '${packagesScript}'`, { timeoutMs: 600_000, signal });
  if (done.code === 0) return;
  const said = `${done.stdout}\n${done.stderr}`;
  const complaints = said.split('\n').filter((line) => /^(E|W|Err|dpkg)[: ]/.test(line));
  throw new OpsError(
    'command-failed',
    `The packages that the agent needs (${agentPackages.join(', ')}) could not be installed: ` +
      `${lastLines(complaints.length > 0 ? complaints.join('\n') : said, 4)} Mend that on the server and run the step again.`,
  );
}

/**
 * Version of the agent that is up and well, or null.
 * For the observation before and after `installAgent`.
 */
export async function runningAgentVersion(exec: RootExec, signal?: AbortSignal): Promise<string | null> {
  const healthScript =
    'test -S /run/mailyard/agent.sock && exec node -e "require(\\"http\\").get({socketPath:\\"/run/mailyard/agent.sock\\",path:\\"/health\\",timeout:3000},r=>r.pipe(process.stdout)).on(\\"error\\",()=>process.exit(1))"';
  const answer = await exec(`sh -c '${healthScript}'`, { timeoutMs: 10_000, signal });
  try {
    const health = JSON.parse(answer.stdout) as { version?: unknown };
    return typeof health.version === 'string' ? health.version : null;
  } catch {
    return null;
  }
}

/**
 * Packages, then the agent with accounts, gate, sudoers, sshd and units; answers
 * what was done, line by line. The agent is up and samples when this returns.
 *
 * Throws: OpsError 'command-failed'; the server is then as it was, but for Debian packages.
 */
export async function installAgent(
  exec: RootExec,
  { bundle, version, operatorUser, publicKey, roles }: AgentInstall,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  await installAgentPackages(exec, signal);
  const input = { version, operator: { user: operatorUser, publicKey }, roles };
  const done = await exec(`node -e '${installScript}'`, {
    stdin: JSON.stringify({ bundle, input }),
    timeoutMs: 120_000,
    signal,
  });
  if (done.code !== 0) {
    throw new OpsError('command-failed', `The agent could not be installed: ${lastLines(done.stderr, 3)}`);
  }
  return done.stdout.split('\n').filter((line) => line !== '');
}
