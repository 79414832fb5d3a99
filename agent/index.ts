/**
 * The agent's entry points, one bundle:
 *
 *   daemon      looks; serves telemetry on the socket that systemd hands it
 *   verb NAME   acts once, as root, through sudo: JSON in on stdin, JSON out
 *   job DIR     the rest of a detached verb, in its own transient unit
 *   install     brings this version's files, units and accounts in place
 */
import { agentVersion } from './version.ts';

async function main([entry, argument]: readonly string[]): Promise<number> {
  switch (entry) {
    case 'daemon':
      return (await import('./daemon/run-daemon.ts')).runDaemon();
    case 'verb':
      return (await import('./verb/run-verb.ts')).runVerb(argument ?? '');
    case 'job':
      return (await import('./verb/run-job.ts')).runJob(argument ?? '');
    case 'install':
      return (await import('./install/run-install.ts')).runInstall();
    case '--version':
      process.stdout.write(`${agentVersion}\n`);
      return 0;
    default:
      process.stderr.write('usage: mailyard-agent daemon | verb NAME | job DIR | install | --version\n');
      return 64;
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 70;
  },
);
