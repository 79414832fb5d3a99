import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../support/electron/build.ts';
import {
  completeLockfile,
  type Lockfile,
  missingEntries,
  platformOf,
} from '../../support/lockfile/complete-lockfile.ts';

const partial: Lockfile = {
  lockfileVersion: 3,
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': {
      version: '2.0.0',
      dev: true,
      optionalDependencies: { '@a/linux-x64': '2.0.0', '@a/win32-x64-msvc': '2.0.0' },
    },
    'node_modules/@a/linux-x64': { version: '2.0.0' },
  },
};

describe('this repository’s lockfile', () => {
  it('has an entry for every optional package that it names, so that npm ci takes it', async () => {
    const text = await readFile(join(repositoryRoot, 'package-lock.json'), 'utf8');
    expect(missingEntries(JSON.parse(text) as Lockfile)).toEqual([]);
  });

  it('names no registry', async () => {
    expect(await readFile(join(repositoryRoot, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});

describe('completing a lockfile', () => {
  it('adds what a partial mirror left out, for its platform only, where npm would have it', () => {
    const whole = completeLockfile(partial);
    expect(Object.keys(whole.packages)).toEqual([
      '',
      'node_modules/@a/linux-x64',
      'node_modules/@a/win32-x64-msvc',
      'node_modules/a',
    ]);
    expect(whole.packages['node_modules/@a/win32-x64-msvc']).toEqual({
      version: '2.0.0',
      cpu: ['x64'],
      os: ['win32'],
      dev: true,
      optional: true,
    });
    expect(missingEntries(whole)).toEqual([]);
  });

  it('changes nothing in a whole one', () => {
    const whole = completeLockfile(partial);
    expect(completeLockfile(whole)).toEqual(whole);
  });

  it('gives up on a name that tells no platform', () => {
    const unclear: Lockfile = {
      packages: { 'node_modules/a': { optionalDependencies: { fsevents: '2.0.0' } } },
    };
    expect(() => completeLockfile(unclear)).toThrow(/Run `npm install` where the registry is whole/);
  });

  it.each([
    ['@oxlint/binding-linux-arm-musleabihf', { cpu: ['arm'], libc: ['musl'], os: ['linux'] }],
    ['@oxlint/binding-linux-ppc64-gnu', { cpu: ['ppc64'], libc: ['glibc'], os: ['linux'] }],
    ['@oxlint/binding-android-arm-eabi', { cpu: ['arm'], os: ['android'] }],
    ['@biomejs/cli-darwin-arm64', { cpu: ['arm64'], os: ['darwin'] }],
    ['@oxlint-tsgolint/win32-arm64', { cpu: ['arm64'], os: ['win32'] }],
    ['fsevents', null],
  ])('reads the platform of %s', (name, expected) => {
    expect(platformOf(name)).toEqual(expected);
  });
});
