/**
 * Takes away what installAgent put on a server: units, files, accounts, gate.
 * What Mailyard kept there of its own work (/var/lib/mailyard: the epoch, jobs,
 * kept files) stays: an epoch that is forgotten would let an old console in.
 */
import { OpsError } from '../../../common/model/ops-error.ts';
import { lastLines } from '../../../common/verbs/last-lines.ts';
import type { RootExec } from './install-agent.ts';

const script = `
systemctl disable --now --quiet mailyard-agent.service mailyard-agent.socket 2>/dev/null
rm -f /etc/systemd/system/mailyard-agent.service /etc/systemd/system/mailyard-agent.socket
systemctl daemon-reload
if [ -e /etc/ssh/sshd_config.d/60-mailyard.conf ]; then
  rm -f /etc/ssh/sshd_config.d/60-mailyard.conf
  /usr/sbin/sshd -t && systemctl try-reload-or-restart ssh.service
fi
rm -f /etc/sudoers.d/mailyard
for user in $(getent group mailyard-ops | cut -d: -f4 | tr , " "); do
  pkill -KILL -u "$user" 2>/dev/null
  userdel --remove "$user" 2>/dev/null || userdel --force --remove "$user" 2>/dev/null
done
getent passwd mailyard >/dev/null && userdel mailyard
getent group mailyard-ops >/dev/null && groupdel mailyard-ops
rm -rf /usr/lib/mailyard /run/mailyard /etc/mailyard
if [ -e /usr/lib/mailyard ] || getent group mailyard-ops >/dev/null; then
  echo "the agent is still there" >&2
  exit 1
fi
exit 0
`;

/** Throws: OpsError 'command-failed' when something of it is still there. */
export async function removeAgent(exec: RootExec, signal?: AbortSignal): Promise<void> {
  const done = await exec(`sh -c '${script}'`, { timeoutMs: 60_000, signal });
  if (done.code === 0) return;
  throw new OpsError(
    'command-failed',
    `The agent could not be taken away: ${lastLines(`${done.stdout}\n${done.stderr}`, 3)}`,
  );
}
