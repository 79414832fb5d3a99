/**
 * `npm start`: builds what is stale, finds an Electron runtime, starts the app; further arguments reach it.
 */
import { startApp } from './start-app.ts';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

startApp({ args: process.argv.slice(2), say }).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
