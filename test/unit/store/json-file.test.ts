import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataFolder } from '../../../main/store/data-folder.ts';
import { JsonFile } from '../../../main/store/json-file.ts';
import { defaultSettings, settingsSchema } from '../../../main/store/settings.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailyard-store-'));
  path = join(folder, 'settings.json');
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => JsonFile.open(path, settingsSchema, defaultSettings);

describe('a small file of our own', () => {
  it('keeps what was set', async () => {
    await (await open()).set({ theme: 'dark' });
    expect((await open()).value).toEqual({ theme: 'dark' });
  });

  it.each([
    ['missing', null],
    ['cut short', '{"theme": "da'],
    ['of another shape', '{"theme": "plaid"}'],
    ['empty', ''],
  ])('counts as the default when it is %s', async (_what, text) => {
    if (text !== null) await writeFile(path, text);
    expect((await open()).value).toEqual(defaultSettings);
  });

  it('ends with the last of many writes, and leaves nothing beside it', async () => {
    const file = await open();
    const themes = ['dark', 'light', 'system', 'dark'] as const;
    for (const theme of themes) void file.set({ theme });
    await file.settled();
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ theme: 'dark' });
    expect(await readdir(folder)).toEqual(['settings.json']);
  });

  it('tells who set it that the disk refused, and can be set again', async () => {
    const file = await open();
    await rm(folder, { recursive: true });
    await expect(file.set({ theme: 'dark' })).rejects.toThrow();
    folder = await mkdtemp(join(tmpdir(), 'mailyard-store-'));
    expect(file.value).toEqual({ theme: 'dark' });
  });
});

describe('the data folder', () => {
  it.each([
    ['linux', {}, '/home/ada/.config/mailyard'],
    ['linux', { XDG_CONFIG_HOME: '/xdg' }, '/xdg/mailyard'],
    ['darwin', { XDG_CONFIG_HOME: '/xdg' }, '/home/ada/Library/Application Support/Mailyard'],
    ['linux', { MAILYARD_DATA: '/apart', XDG_CONFIG_HOME: '/xdg' }, '/apart'],
  ] as const)('on %s with %j is %s', (platform, env, expected) => {
    expect(dataFolder(env, platform, '/home/ada')).toBe(expected);
  });
});
