export type MetricType = 'gauge' | 'counter';

/** Declared once, in the folder of the role (or `common/roles/host-metrics.ts`) that reads it. */
export interface MetricSpec {
  /** Prometheus style: base units, `_total` for counters, labels for instances. */
  readonly name: string;
  readonly type: MetricType;
  /** e.g. 'bytes', 'seconds', 'messages', 'ratio'. */
  readonly unit: string;
  /** What it tells an operator, one sentence. */
  readonly meaning: string;
  /** What a person reads on the chart, e.g. 'Queue, active'. */
  readonly label: string;
}

/** Metric name (with labels) -> value. A value that could not be read is absent, never 0. */
export type Samples = Record<string, number>;

/** A stretch of one series; counters are already rates per second. NaN marks a gap. */
export interface Series {
  readonly metric: string;
  readonly unit: string;
  /** Unix ms, ascending. */
  readonly atMs: readonly number[];
  readonly values: readonly (number | null)[];
}
