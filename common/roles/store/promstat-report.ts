import type { Samples } from '../../model/metric.ts';

/** `name{service="lmtp",status="ok"} 60 1795464731504` of promstatsd; the moment is dropped. */
const line = /^([a-z_]+)(?:\{([^}]*)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)(?: \d+)?$/;

/**
 * Sums a report's series by name: a store runs the same program under several
 * service names (imap, imapunix), and the sum is what it does.
 *
 * Source: /var/lib/cyrus/stats/report.txt of Cyrus 3.10; fixture promstat-report.txt.
 */
export function parsePromstatReport(text: string): Samples {
  const sums: Samples = {};
  for (const row of text.split('\n')) {
    const parts = line.exec(row);
    const name = parts?.[1];
    if (parts === null || name === undefined) continue;
    sums[name] = (sums[name] ?? 0) + Number(parts[3]);
  }
  return sums;
}
