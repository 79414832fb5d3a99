import { OpsError } from '../../common/model/ops-error.ts';

/** Standard input to its end. Throws: OpsError 'bad-input' beyond the limit, 'timeout'. */
export async function readStdin(maxBytes: number, timeoutMs: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const limit = setTimeout(() => {
    process.stdin.destroy(new OpsError('timeout', `No whole request came within ${timeoutMs / 1000} s.`));
  }, timeoutMs);
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new OpsError('bad-input', `The request is larger than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(limit);
  }
  return Buffer.concat(chunks).toString();
}
