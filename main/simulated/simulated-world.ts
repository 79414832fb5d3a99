/**
 * What happens in the simulated fleet: mail comes in through the edge that
 * holds the VIP, goes to the mx servers by their weights in its HAProxy, and to
 * the active store, whose replica follows. keepalived moves the VIP.
 */
import { holdFile, vrrpStateFile } from '../../common/roles/edge/paths.ts';
import { backlogPath, reportPath } from '../../common/roles/store/paths.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { readStoreFileText } from './store-side.ts';

/** Unit: messages a second, on average. */
const mailRate = 12;
const tickMs = 250;
/** From a holder that lets go to its peer that takes over. */
const handoverMs = 700;

export interface Mailbox {
  messages: number;
  modseq: number;
  readonly messageIds: Set<string>;
}

export class SimulatedWorld {
  readonly vip: string;
  readonly domain: string;
  readonly #nodes = new Map<string, SimulatedNode>();
  /** On the active side; the replica has the same while it is linked. */
  readonly mailboxes = new Map<string, Mailbox>();
  #vacantSinceMs: number | null = null;
  #timer: NodeJS.Timeout;
  #ticks = 0;
  #carry = 0;

  constructor(vip: string, domain: string) {
    this.vip = vip;
    this.domain = domain;
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  add(node: SimulatedNode): void {
    this.#nodes.set(node.id, node);
  }

  nodes(): readonly SimulatedNode[] {
    return [...this.#nodes.values()];
  }

  of(role: 'edge' | 'mx' | 'store'): readonly SimulatedNode[] {
    return this.nodes().filter((node) => node.roles.includes(role));
  }

  mailbox(address: string): Mailbox {
    let mailbox = this.mailboxes.get(address);
    if (mailbox === undefined) {
      mailbox = { messages: 0, modseq: 1, messageIds: new Set() };
      this.mailboxes.set(address, mailbox);
    }
    return mailbox;
  }

  deliver(address: string, messageId: string | null): void {
    const mailbox = this.mailbox(address);
    mailbox.messages += 1;
    mailbox.modseq += 1;
    if (messageId !== null) mailbox.messageIds.add(messageId);
  }

  activeStore(): SimulatedNode | null {
    return this.of('store').find((node) => readStoreFileText(node)?.side === 'active') ?? null;
  }

  #tick(): void {
    this.#ticks += 1;
    this.#vrrp();
    this.#checks();
    this.#mail();
    if (this.#ticks % 4 === 0) for (const store of this.of('store')) this.#storeNumbers(store);
  }

  #vrrp(): void {
    const able = this.of('edge').filter(
      (node) =>
        node.runs('keepalived.service') &&
        node.runs('haproxy.service') &&
        node.files.text(holdFile)?.trim() !== '254',
    );
    const holder = this.of('edge').find((node) => node.vip !== null);
    if (holder !== undefined && !able.includes(holder)) {
      holder.vip = null;
      holder.transitions += 1;
      this.#vacantSinceMs = Date.now();
    } else if (holder === undefined) {
      this.#vacantSinceMs ??= 0;
      const [next] = able;
      if (next !== undefined && Date.now() - this.#vacantSinceMs >= handoverMs) {
        next.vip = this.vip;
        next.transitions += 1;
        this.#vacantSinceMs = null;
        next.log(`Keepalived_vrrp[1]: (mailyard) Entering MASTER STATE`);
      }
    }
    for (const node of this.of('edge')) {
      const state = node.vip !== null ? 'MASTER' : able.includes(node) ? 'BACKUP' : 'FAULT';
      const text = `${state} 200 ${Math.round(node.bootedAtMs / 1000)} ${node.transitions}\n`;
      if (node.files.text(vrrpStateFile) !== text) node.files.write(vrrpStateFile, text);
    }
  }

  /** HAProxy's health checks: does the program behind each server run? */
  #checks(): void {
    for (const node of this.nodes()) {
      for (const server of node.haproxy.servers()) {
        const behind = this.#nodes.get(
          server.name === 'peer' ? (readStoreFileText(node)?.peer ?? '') : server.name,
        );
        server.up =
          behind === undefined || behind.runs('postfix.service') || behind.runs('cyrus-imapd.service');
        if (server.admin !== 'ready' || !server.up) server.sessions = Math.max(0, server.sessions - 1);
      }
    }
  }

  #mail(): void {
    const edge = this.of('edge').find((node) => node.vip !== null);
    const servers =
      edge?.haproxy.servers('smtp').filter((server) => server.up && server.admin === 'ready') ?? [];
    const weights = servers.reduce((sum, server) => sum + server.weight, 0);
    const breath = 1 + 0.4 * Math.sin(Date.now() / 60_000) + 0.3 * (Math.random() - 0.5);
    this.#carry += (mailRate * breath * tickMs) / 1000;
    for (; this.#carry >= 1 && weights > 0; this.#carry -= 1) {
      const server = pickByWeight(servers, Math.random() * weights);
      const mx = this.#nodes.get(server?.name ?? '');
      if (server === undefined || mx === undefined) continue;
      server.total += 1;
      server.bytes += 4000 + Math.round(Math.random() * 60_000);
      this.#message(mx);
    }
    // Without an mx mail waits at its senders; it does not come all at once afterwards.
    this.#carry = Math.min(this.#carry, 20);
    for (const server of servers) server.sessions = Math.max(0, Math.round(2 + 3 * Math.random()));
  }

  #message(mx: SimulatedNode): void {
    const store = this.activeStore();
    const recipients = [...this.mailboxes.keys()];
    const recipient = recipients[Math.floor(Math.random() * recipients.length)] ?? `nobody@${this.domain}`;
    mx.count('received');
    const pid = 1000 + (mx.counters['received']! % 40);
    const id =
      Date.now().toString(36).toUpperCase() + String(mx.counters['received']! % 1000).padStart(3, '0');
    mx.log(`postfix/smtpd[${pid}]: connect from sender.example[192.0.2.7]`);
    mx.log(`postfix/cleanup[${pid + 100}]: ${id}: message-id=<${id}@sender.example>`);
    mx.log(
      `postfix/smtpd[${pid}]: disconnect from sender.example[192.0.2.7] ehlo=1 mail=1 rcpt=1 data=1 quit=1`,
    );
    const served = store?.runs('cyrus-imapd.service') === true;
    const stages = [0.05 + Math.random() * 0.2, 0.01, 0.01, 0.02 + Math.random() * 0.1].map((each) =>
      each.toFixed(2),
    );
    const delay = stages.reduce((sum, each) => sum + Number(each), 0).toFixed(2);
    mx.log(
      `postfix/lmtp[${pid + 200}]: ${id}: to=<${recipient}>, relay=store[127.0.0.1]:24, delay=${delay}, delays=${stages.join('/')}, dsn=2.0.0, status=${served ? 'sent (250 2.1.5 Ok)' : 'deferred (connect: refused)'}`,
    );
    if (!served) return;
    this.deliver(recipient, null);
    store?.count('delivered');
    store?.count('bytes', 20_000);
  }

  #storeNumbers(store: SimulatedNode): void {
    const running = store.runs('cyrus-imapd.service');
    if (!running) return;
    store.count('logins', Math.round(Math.random() * 2));
    const lines = [
      ['cyrus_lmtp_received_recipients_total', store.counters['delivered'] ?? 0],
      ['cyrus_lmtp_received_messages_total', store.counters['delivered'] ?? 0],
      ['cyrus_lmtp_received_bytes_total', store.counters['bytes'] ?? 0],
      ['cyrus_imap_authenticate_total', store.counters['logins'] ?? 0],
      ['cyrus_imap_connections_total', store.counters['logins'] ?? 0],
    ];
    store.files.write(reportPath, lines.map(([name, value]) => `${name} ${value} ${Date.now()}\n`).join(''));
    store.files.write(
      backlogPath,
      JSON.stringify({ atMs: Date.now(), bytes: 0, entries: 0, waitingSinceMs: null, stopped: false }),
    );
  }
}

/** `at` lies between 0 and the sum of the weights. */
function pickByWeight<Server extends { readonly weight: number }>(
  servers: readonly Server[],
  at: number,
): Server | undefined {
  let sum = 0;
  for (const server of servers) {
    sum += server.weight;
    if (at < sum) return server;
  }
  return servers.at(-1);
}
