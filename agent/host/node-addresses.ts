import { readFileSync } from 'node:fs';

/**
 * The node's own IP addresses. From /proc, because the daemon may open no
 * socket but unix ones, and os.networkInterfaces() asks over netlink.
 */
export function nodeAddresses(): readonly string[] {
  return [
    ...parseFibTrie(readOrEmpty('/proc/net/fib_trie')),
    ...parseIfInet6(readOrEmpty('/proc/net/if_inet6')),
  ];
}

/** Addresses that the kernel's routing tree calls `/32 host LOCAL`. */
export function parseFibTrie(text: string): readonly string[] {
  const found = new Set<string>();
  let address = '';
  for (const line of text.split('\n')) {
    const leaf = /^\s*\|-- (\d+\.\d+\.\d+\.\d+)$/.exec(line);
    if (leaf !== null) address = leaf[1]!;
    else if (line.includes('/32 host LOCAL') && !address.startsWith('127.')) found.add(address);
  }
  return [...found];
}

/** 32 hex digits each; loopback and link-local left out. */
export function parseIfInet6(text: string): readonly string[] {
  const found: string[] = [];
  for (const line of text.split('\n')) {
    const hex = /^([0-9a-f]{32}) /.exec(line)?.[1];
    if (hex === undefined || hex.startsWith('fe80') || /^0{31}1$/.test(hex)) continue;
    found.push(
      hex
        .match(/.{4}/g)!
        .map((group) => group.replace(/^0{1,3}/, ''))
        .join(':'),
    );
  }
  return found;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
