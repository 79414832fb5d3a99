/** Synthetic mail traffic, the ledger that judges it, and probes of the entrance. For tests and the demo. */
export type { DeliveryWatch } from './delivery-watch.ts';
export { watchDeliveries } from './delivery-watch.ts';
export type { Probe, ProbeResult } from './gaps.ts';
export type { ImapAccess } from './imap-access.ts';
export type { LedgerEntry, Settlement, SmtpCounts } from './ledger.ts';
export { Ledger } from './ledger.ts';
export { probe50ms, probeImapLogin } from './probes.ts';
export type { SettleOptions } from './settle.ts';
export { settle } from './settle.ts';
export { sendBySmtp } from './smtp-send.ts';
export type { Traffic, TrafficOptions } from './traffic.ts';
export { startTraffic } from './traffic.ts';
