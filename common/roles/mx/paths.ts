/** Where Postfix and rspamd are found on a Debian 13 mx. */
export const spool = '/var/spool/postfix';
export const showqSocket = `${spool}/public/showq`;
export const rspamdSocket = '/run/rspamd/controller.sock';

/** Beside the queue directories, on their file system, so that moving there is a rename; root only. */
export const keptQueue = `${spool}/mailyard-kept`;
export const stagingQueue = `${spool}/mailyard-staging`;
/** What this node took over, by run: so that a message that was sent twice is taken once. */
export const receivedRecords = '/var/lib/mailyard/queue-received';
export const testMessages = '/var/lib/mailyard/test-messages';
