/**
 * HAProxy's `show servers state`: what operators said of each server, which is
 * also the format of the file that it loads at start.
 *
 * The admin state is a set of bits; only the two that an operator sets matter
 * here. DRAIN and MAINT exclude each other: setting one clears the other.
 * Source: HAProxy 3.0 (Debian 13); fixture servers-state-drain-maint.txt.
 */
export type AdminState = 'ready' | 'drain' | 'maint';

export interface ServerState {
  readonly backend: string;
  readonly server: string;
  readonly address: string;
  readonly admin: AdminState;
  /** 0 to 256: the weight in force. */
  readonly weight: number;
  readonly running: boolean;
}

/** Forced by an operator, by a tracked server, by the configuration, by name resolution: none takes work. */
const maintBits = 0x01 | 0x02 | 0x20;
const drainBits = 0x08 | 0x10;

export function parseServersState(text: string): readonly ServerState[] {
  const lines = text.split('\n');
  const header = lines.find((line) => line.startsWith('# be_id'));
  if (header === undefined) return [];
  const columns = new Map(
    header
      .slice(2)
      .split(' ')
      .map((name, at) => [name, at]),
  );
  return lines.flatMap((line) => {
    const cells = line.split(' ');
    const cell = (column: string): string => cells[columns.get(column) ?? -1] ?? '';
    if (!/^\d+$/.test(cell('be_id')) || cell('srv_name') === '') return [];
    const bits = Number(cell('srv_admin_state'));
    return [
      {
        backend: cell('be_name'),
        server: cell('srv_name'),
        address: cell('srv_addr'),
        admin: bits & maintBits ? 'maint' : bits & drainBits ? 'drain' : 'ready',
        weight: Number(cell('srv_uweight')),
        running: cell('srv_op_state') === '2',
      },
    ];
  });
}
