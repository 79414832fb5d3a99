/**
 * Debian packages of a store. sync_client and sync_server are in a package of
 * their own (cyrus-replication), and cyrus-common wants any MTA: dma is the one
 * that runs no daemon; without it apt picks exim4, which takes port 25.
 */
export const packages: readonly string[] = [
  'cyrus-admin',
  'cyrus-imapd',
  'cyrus-replication',
  'dma',
  'haproxy',
  'libsasl2-modules',
  'sasl2-bin',
];
