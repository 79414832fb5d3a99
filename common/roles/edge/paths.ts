/** Where HAProxy and keepalived are found on a Debian 13 edge. */

/** Level admin, root only: for verbs. */
export const adminSocket = '/run/haproxy/admin.sock';
/** Level user, group mailyard: for the daemon. */
export const statsSocket = '/run/haproxy/mailyard.sock';
/** HAProxy's master process, root only: reaches workers that a reload left behind. */
export const masterSocket = '/run/haproxy-master.sock';
export const serverStateFile = '/var/lib/haproxy/server-state';
export const haproxyConfig = '/etc/haproxy/haproxy.cfg';
export const keepalivedConfig = '/etc/keepalived/keepalived.conf';
/** 254 in it: this edge lets go of the VIP and does not take it. */
export const holdFile = '/etc/keepalived/mailyard-hold';
/** Written by the notify script: STATE PRIORITY SECONDS TRANSITIONS. */
export const vrrpStateFile = '/run/mailyard-edge/vrrp';
