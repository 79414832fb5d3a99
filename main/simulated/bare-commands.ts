/**
 * What root may have done on a simulated bare server: the few commands that
 * adding a server sends (survey-server.ts, install-agent.ts, remove-agent.ts),
 * known by what is in them.
 */
import type { ExecResult } from '../../common/roles/host.ts';
import { agentRoot } from '../../common/verbs/agent-version.ts';
import { rolesPath } from '../../common/verbs/node-roles.ts';
import { simulatedProbeHost } from './simulated-host.ts';
import type { SimulatedNode } from './simulated-node.ts';

const ok = (stdout = ''): ExecResult => ({ code: 0, stdout, stderr: '' });

export async function bareCommand(node: SimulatedNode, command: string, stdin: string): Promise<ExecResult> {
  if (command === 'sh -s') return ok(await survey(node, stdin));
  if (command.startsWith('node -e ')) return install(node, stdin);
  if (command.includes('userdel')) {
    node.agentVersion = null;
    node.operatorKeys.clear();
    node.files.remove('/etc/mailyard');
    return ok();
  }
  if (command.includes('apt-get')) {
    await new Promise((resolve) => setTimeout(resolve, 800));
    return ok();
  }
  return { code: 127, stdout: '', stderr: 'sh: not found on a simulated server\n' };
}

/** The survey's script, line by line: what it echoes, and the files that it shows. */
async function survey(node: SimulatedNode, script: string): Promise<string> {
  const host = simulatedProbeHost(node);
  let out = '';
  for (const line of script.split('\n')) {
    const marker = /^echo '([^']+)'/.exec(line)?.[1];
    if (marker === undefined) continue;
    out += `${marker}\n`;
    const path = /cat '([^']+)'/.exec(line)?.[1];
    if (path !== undefined) out += `${(await host.readFile(path)) ?? ''}\n`;
    else if (line.includes('df -Pk'))
      out +=
        'Filesystem 1024-blocks Used Available Capacity Mounted on\nsim 41943040 2097152 39845888 5% /\n';
    else if (line.includes('nproc')) out += '2\n';
    else if (line.includes('date')) out += `${Date.now()}\n`;
    else if (line.includes('readlink') && node.agentVersion !== null)
      out += `versions/${node.agentVersion}\n`;
  }
  return out;
}

function install(node: SimulatedNode, stdin: string): ExecResult {
  const { bundle, input } = JSON.parse(stdin) as {
    bundle: string;
    input: { version: string; operator: { publicKey: string }; roles: readonly string[] };
  };
  node.agentVersion = input.version;
  node.operatorKeys.add(input.operator.publicKey.split(' ')[1] ?? '');
  node.files.write(`${agentRoot}/versions/${input.version}/mailyard-agent.cjs`, bundle);
  node.files.write(rolesPath, JSON.stringify({ roles: input.roles }));
  return ok(`made the account\nagent ${input.version} is up and samples (simulated)\n`);
}
