/** Asks a server for its SSH greeting: the cheapest proof that it is up and answers. */
import { connect } from 'node:net';

/** The banner, or null when none came in time. Unit: ms. */
export function readSshBanner(address: string, limitMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22 });
    let text = '';
    const finish = (answer: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(null), limitMs);
    socket.on('error', () => finish(null));
    socket.on('end', () => finish(null));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\n')) finish(text.startsWith('SSH-2.0') ? text.trim() : null);
      else if (text.length > 1024) finish(null);
    });
  });
}
