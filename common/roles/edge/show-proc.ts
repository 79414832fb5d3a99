/** Workers that a reload left behind, from the master's `show proc`. Source: HAProxy 3.0; fixture show-proc-after-reload.txt. */
export function parseOldWorkers(text: string): readonly number[] {
  const pids: number[] = [];
  let old = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) old = line.startsWith('# old workers');
    const found = /^(\d+)\s+worker\s/.exec(line);
    if (old && found) pids.push(Number(found[1]));
  }
  return pids;
}
