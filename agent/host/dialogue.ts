import { connect } from 'node:net';
import { OpsError } from '../../common/model/ops-error.ts';
import type { DialogueTurn } from '../../common/roles/host.ts';

const maxTurnBytes = 64 * 1024;

/** See VerbHost.dialogue. */
export async function dialogue(
  host: string,
  port: number,
  turns: readonly DialogueTurn[],
  timeoutMs = 5000,
): Promise<readonly string[]> {
  const where = `${host}:${port}`;
  const socket = connect({ host, port });
  let heard = '';
  let ended: Error | null = null;
  let wake = (): void => undefined;
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    heard += text;
    wake();
  });
  const end = (error: Error): void => {
    ended ??= error;
    wake();
  };
  socket.on('error', (error) => {
    end(new OpsError('unreachable', `${where} cannot be spoken to: ${error.message}.`, error));
  });
  socket.on('close', () => end(new OpsError('command-failed', `${where} closed the connection.`)));

  const answers: string[] = [];
  try {
    for (const turn of turns) {
      const untilMs = performance.now() + timeoutMs;
      while (!turn.expect.test(heard)) {
        if (ended !== null) throw explained(ended, heard);
        if (heard.length > maxTurnBytes) throw new OpsError('command-failed', `${where} says too much.`);
        const leftMs = untilMs - performance.now();
        if (leftMs <= 0) {
          throw explained(new OpsError('timeout', `${where} did not answer within ${timeoutMs} ms.`), heard);
        }
        await new Promise<void>((resolve) => {
          const limit = setTimeout(resolve, leftMs);
          wake = () => {
            clearTimeout(limit);
            resolve();
          };
        });
      }
      answers.push(heard);
      heard = '';
      if (turn.send !== null) socket.write(turn.send);
    }
    return answers;
  } finally {
    socket.destroy();
  }
}

function explained(error: Error, heard: string): OpsError {
  const known = OpsError.from(error);
  const last = heard.trim().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
  return last === '' ? known : new OpsError(known.problem, `${known.message} It said last: ${last}`, error);
}
