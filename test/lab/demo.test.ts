/** The first of the README's two commands, without a display: the four jobs through the real window, under mail. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../support/electron/build.ts';

it('does the four jobs through the real window, loses nothing, and leaves a picture of each', async () => {
  const output = await new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/demo/index.ts', '--headless'], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += String(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      text += String(chunk);
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, text }));
  });
  console.log(output.text.slice(output.text.lastIndexOf('\njob') + 1));
  expect(output.code, output.text).toBe(0);
  for (const picture of [
    '1-look',
    '2-drained',
    '3-plan',
    '3-added',
    '4-failover-dialog',
    '4-failed-over',
    '5-after',
  ]) {
    expect(existsSync(join(repositoryRoot, 'out', 'demo', `${picture}.png`)), picture).toBe(true);
  }
}, 900_000);
