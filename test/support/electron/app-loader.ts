import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * `electron FOLDER` starts the app in FOLDER because Electron's download brings a small default app that
 * looks at the command line. A carried runtime has none; this is one, for no particular app or checkout, so
 * that both runtimes are started in the same way and the cache stays the same for all.
 */

const packageJson = `${JSON.stringify({ name: 'app-loader', type: 'module', main: 'index.js' })}\n`;

// Top-level await: Electron says 'ready' only after the entry module has been evaluated, as with a real app.
// `-r MODULE` as the default app has it: Playwright's own loader comes in this way.
const loader = `import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const modules = [];
let folder;
const given = process.argv.slice(1);
while (given.length > 0 && folder === undefined) {
  const argument = given.shift();
  if (argument === '-r' || argument === '--require') modules.push(given.shift());
  else if (!argument.startsWith('-')) folder = argument;
}
if (folder === undefined) {
  console.error('Say which app to start: electron FOLDER');
  app.exit(2);
} else {
  const root = resolve(folder);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  process.defaultApp = true;
  if (manifest.version) app.setVersion(manifest.version);
  app.setName(manifest.productName ?? manifest.name);
  app.setAppPath(root);
  const require = createRequire(import.meta.url);
  for (const module of modules) require(resolve(module));
  await import(pathToFileURL(join(root, manifest.main ?? 'index.js')).href);
}
`;

/** Puts the loader into a runtime, or the newer one over an older; a running app never sees half of it. */
export async function ensureAppLoader(runtimeFolder: string): Promise<void> {
  const folder = join(runtimeFolder, 'resources', 'app');
  await mkdir(folder, { recursive: true });
  await replaceWhenDifferent(join(folder, 'package.json'), packageJson);
  await replaceWhenDifferent(join(folder, 'index.js'), loader);
}

async function replaceWhenDifferent(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => null)) === text) return;
  const next = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(next, text);
  await rename(next, path);
}
