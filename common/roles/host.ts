/**
 * The two doors through which a role touches a machine. Roles are pure: they
 * are handed one of these, so that a test, the simulated fleet and a real
 * Debian server look the same to them.
 */

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  readonly stdin?: string | Buffer;
  /** Unit: ms; after it the child is killed and OpsError 'timeout' is thrown. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Each line of either output as it comes, for long commands that a person follows. */
  readonly onLine?: (line: string) => void;
}

/** What the unprivileged daemon may do: look. */
export interface ProbeHost {
  nowMs(): number;
  /** null when the file is absent or may not be read. */
  readFile(path: string): Promise<string | null>;
  listDirectory(path: string): Promise<readonly string[]>;
  /** One request, the whole answer, over a unix stream socket; e.g. HAProxy's `show stat\n`. Throws OpsError 'unreachable' or 'timeout'. */
  askSocket(path: string, request: string, timeoutMs?: number): Promise<string>;
  /** GET over HTTP on a unix socket; the daemon has no network. */
  httpGet(socketPath: string, url: string, timeoutMs?: number): Promise<{ status: number; body: string }>;
  /** `systemctl show` of these units, cached for a few seconds. */
  units(names: readonly string[]): Promise<ReadonlyMap<string, UnitStatus>>;
  /** The node's own addresses, to see whether a VIP is held. */
  addresses(): readonly string[];
  /**
   * New lines of the journal with these syslog identifiers since the last call (the daemon is in
   * systemd-journal), each as `identifier[pid]: message`; at most a few hundred. The first call starts at now.
   */
  journalSince(identifiers: readonly string[]): Promise<readonly string[]>;
}

export interface UnitStatus {
  readonly activeState: string;
  readonly subState: string;
  readonly sinceMs: number | null;
}

export interface FileStat {
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
  readonly directory: boolean;
}

export interface WriteOptions {
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
}

/** One turn of a plain-text dialogue: wait for `expect` in what came since the last turn, then send. */
export interface DialogueTurn {
  readonly expect: RegExp;
  /** null: nothing is sent, e.g. in the last turn. */
  readonly send: string | null;
}

export interface VerbCaller {
  readonly operator: string;
  /** `-` outside runs. */
  readonly run: string;
  readonly step: string;
  readonly epoch: number;
}

/** What a verb may do: it runs as root on the node, for seconds. Argv arrays only; there is no shell. */
export interface VerbHost extends ProbeHost {
  /** On whose behalf: names where kept copies lie, and is written beside what was changed. */
  readonly caller: VerbCaller;
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  readBytes(path: string): Promise<Buffer | null>;
  /**
   * Speaks a text protocol (SMTP, LMTP, IMAP) over TCP with a program on this node or its VIP, and
   * answers what came in each turn. Throws OpsError 'unreachable' (refused), 'timeout' (each turn waits
   * at most `timeoutMs`, 5 s when not said) or 'command-failed' (it closed, or said over 64 KiB, before `expect`).
   */
  dialogue(
    host: string,
    port: number,
    turns: readonly DialogueTurn[],
    timeoutMs?: number,
  ): Promise<readonly string[]>;
  /** Atomic (temp + rename), fsynced file and directory, parent directories made. */
  writeFile(path: string, content: string | Buffer, options: WriteOptions): Promise<void>;
  stat(path: string): Promise<FileStat | null>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  makeDirectory(path: string, options: WriteOptions): Promise<void>;
  /** A line of progress; for detached verbs the operator sees it live. */
  output(line: string): void;
}
