/** What keepalived last told the notify script; see assets/roles/edge/mailyard-notify. */
export const vrrpStates = ['MASTER', 'BACKUP', 'FAULT', 'STOP', 'DELETED', 'unknown'] as const;
export type VrrpState = (typeof vrrpStates)[number];

export interface VrrpReading {
  readonly state: VrrpState;
  readonly priority: number;
  readonly sinceMs: number;
  /** Since keepalived was started. */
  readonly transitions: number;
}

/** null when keepalived has said nothing since it started, or the text is not what our script writes. */
export function parseVrrpState(text: string | null): VrrpReading | null {
  const found = /^([A-Z]+) (\d+) (\d+) (\d+)\s*$/.exec(text ?? '');
  if (!found) return null;
  const state = vrrpStates.find((known) => known === found[1]);
  return {
    state: state ?? 'unknown',
    priority: Number(found[2]),
    sinceMs: Number(found[3]) * 1000,
    transitions: Number(found[4]),
  };
}

/** The address in `virtual_ipaddress { ... }` and the peers of `unicast_peer { ... }` of our keepalived.conf. */
export function parseKeepalivedConfig(text: string | null): {
  readonly vip: string | null;
  readonly peers: readonly string[];
} {
  const block = (name: string): readonly string[] =>
    (new RegExp(`${name} \\{([^}]*)\\}`).exec(text ?? '')?.[1] ?? '')
      .split('\n')
      .map((line) => line.trim().split(/[\s/]/)[0] ?? '')
      .filter((word) => word !== '');
  return { vip: block('virtual_ipaddress')[0] ?? null, peers: block('unicast_peer') };
}
