/** What `lab up` and `lab status` print. */
import type { LabStatus } from './lab-state.ts';

/** '  3.2 s'. Unit: ms. */
export function elapsed(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`;
}

export function nodeTable(status: LabStatus): string {
  const rows = status.nodes.map((node) => [
    node.name,
    node.address,
    node.image,
    `Debian ${node.debian}`,
    node.cut && node.state === 'running' ? 'cut off' : node.state,
  ]);
  const vips = Object.entries(status.vips).map(([cluster, address]) => [
    `${cluster} VIP`,
    address,
    '',
    '',
    '',
  ]);
  const header = ['node', 'address', 'image', 'system', 'state'];
  const table = [header, ...rows, ...vips];
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.push(
    '',
    `ssh: npm run lab -- ssh NODE   (key ${status.ssh.privateKey}, known_hosts ${status.ssh.knownHosts})`,
  );
  return lines.join('\n');
}
