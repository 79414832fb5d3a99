/** Sockets and files of a store, as its templates under assets/roles/store/ place them. */
export const cyrusUnit = 'cyrus-imapd.service';
export const linkUnit = 'haproxy.service';
export const statsUnit = 'mailyard-store-stats.service';

/** User level: it answers `show stat`, and changes nothing. */
export const linkSocket = '/run/haproxy/mailyard.sock';
export const linkAdminSocket = '/run/haproxy/admin.sock';
export const linkServer = 'peersync/peer';

export const reportPath = '/run/mailyard-store/report.txt';
export const backlogPath = '/run/mailyard-store/backlog.json';

/** IMAP without a network, for verbs on the node. */
export const imapSocket = '/run/cyrus/socket/imap';

export const lmtpSocket = '/run/cyrus/socket/lmtp';

/** The programs of Cyrus whose log tells about replication. */
export const journalIdentifiers: readonly string[] = [
  'cyrus/imap',
  'cyrus/imapunix',
  'cyrus/lmtp',
  'cyrus/lmtpunix',
  'cyrus/sync_client',
];
