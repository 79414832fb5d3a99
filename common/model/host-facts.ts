/** What a server is, before anything is decided about it. Source: the `facts` verb, or the bare-server survey. */
export interface HostFacts {
  readonly hostname: string;
  /** From /etc/os-release, e.g. 'debian', '13', 'Debian GNU/Linux 13 (trixie)'. */
  readonly osId: string;
  readonly osVersion: string;
  readonly osTitle: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly cpuCores: number;
  readonly memoryMiB: number;
  /** Free on `/`. Unit: MiB. */
  readonly diskFreeMiB: number;
  readonly diskTotalMiB: number;
  /** Node's clock minus the console's. Unit: ms; measured within half a round trip. */
  readonly clockOffsetMs: number;
  readonly listeningPorts: readonly number[];
  readonly uptimeSeconds: number;
}

/** One requirement against the facts, with its mend when it fails. */
export interface RequirementCheck {
  readonly code: string;
  readonly title: string;
  readonly state: 'ok' | 'warning' | 'failed';
  /** "4 cores, needs 1" */
  readonly detail: string;
  /** What to do; empty when ok. */
  readonly mend: string;
}
