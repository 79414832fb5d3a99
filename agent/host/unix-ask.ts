import { request } from 'node:http';
import { connect } from 'node:net';
import { OpsError } from '../../common/model/ops-error.ts';

const maxAnswerBytes = 4 * 1024 * 1024;

/**
 * One request, the whole answer until the other side closes.
 *
 * Throws: OpsError 'unreachable' when nobody listens, 'timeout'.
 */
export function askUnixSocket(path: string, text: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const socket = connect({ path });
    const fail = (error: OpsError): void => {
      clearTimeout(limit);
      socket.destroy();
      reject(error);
    };
    const limit = setTimeout(
      () => fail(new OpsError('timeout', `${path} did not answer within ${timeoutMs} ms.`)),
      timeoutMs,
    );
    // Some (Postfix's showq) speak first, and say nothing to a client that has hung up its side.
    socket.on('connect', () => text !== '' && socket.end(text));
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) fail(new OpsError('command-failed', `${path} answers without end.`));
      else chunks.push(chunk);
    });
    socket.on('end', () => {
      clearTimeout(limit);
      socket.destroy();
      resolve(Buffer.concat(chunks).toString());
    });
    socket.on('error', (error) => {
      fail(new OpsError('unreachable', `${path} cannot be asked: ${error.message}.`, error));
    });
  });
}

/** GET over HTTP on a unix socket. Throws: OpsError 'unreachable' | 'timeout'. */
export function getOverUnixSocket(
  path: string,
  url: string,
  timeoutMs: number,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = request({ socketPath: path, path: url, agent: false, signal }, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) asked.destroy(new Error('it answers without end'));
        else chunks.push(chunk);
      });
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
      answer.on('error', fail);
    });
    const fail = (error: Error): void => {
      reject(
        signal.aborted
          ? new OpsError('timeout', `${path} did not answer ${url} within ${timeoutMs} ms.`, error)
          : new OpsError('unreachable', `${path} cannot be asked for ${url}: ${error.message}.`, error),
      );
    };
    asked.on('error', fail);
    asked.end();
  });
}
