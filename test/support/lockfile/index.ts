/** `npm run lockfile`: after `npm install` against a partial mirror, makes package-lock.json whole again. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { repositoryRoot } from '../electron/build.ts';
import { completeLockfile, type Lockfile, missingEntries } from './complete-lockfile.ts';

async function complete(): Promise<void> {
  const path = join(repositoryRoot, 'package-lock.json');
  const lockfile = JSON.parse(await readFile(path, 'utf8')) as Lockfile;
  const missing = missingEntries(lockfile);
  if (missing.length > 0) {
    await writeFileAtomic(path, `${JSON.stringify(completeLockfile(lockfile), null, 2)}\n`);
  }
  process.stdout.write(`package-lock.json: ${missing.length} entries were missing and are there now.\n`);
}

complete().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
