/** Passwords come from stdin or from the terminal without echo; never from the command line or the environment. */
import { createInterface } from 'node:readline';
import { UsageError } from './exit-codes.ts';

/** The first line of stdin. Throws: UsageError when there is none. */
export async function passwordFromStdin(input: NodeJS.ReadableStream = process.stdin): Promise<string> {
  const lines = createInterface({ input });
  try {
    for await (const line of lines) {
      if (line !== '') return line;
      break;
    }
  } finally {
    lines.close();
  }
  throw new UsageError('--password-stdin: the first line of stdin is empty.');
}

/** Asked on the terminal; nothing is shown while it is typed. */
export function askPassword(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    throw new UsageError(
      'There is no terminal to ask for a password on. Use --root-key FILE or --password-stdin.',
    );
  }
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const onData = (bytes: Buffer): void => {
      for (const character of bytes.toString('utf8')) {
        if (character === '\r' || character === '\n') {
          end(() => resolve(typed));
          return;
        }
        if (character === '\u0003') {
          end(() => reject(new UsageError('Given up.')));
          return;
        }
        typed = character === '\u007f' ? typed.slice(0, -1) : typed + character;
      }
    };
    const end = (then: () => void): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      then();
    };
    stdin.on('data', onData);
  });
}
