import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthenticationType, ParsedKey } from 'ssh2';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../../main/ssh/credentials.ts';
import { Login } from '../../../../main/ssh/login.ts';

const key: Credential = { kind: 'key', label: 'key /k', key: {} as ParsedKey };
const password: Credential = { kind: 'password', label: 'password', password: 'secret' };

function typesOf(login: Login, offers: readonly (AuthenticationType[] | null)[]): (string | false)[] {
  return offers.map((offer) => {
    const attempt = login.next(offer, false);
    return attempt === false || typeof attempt === 'string' ? attempt : attempt.type;
  });
}

describe('the order of login attempts', () => {
  it('hands out nothing before the host key is accepted', () => {
    let accepted = false;
    const login = new Login('op', [key, password], () => accepted);
    expect(login.next(null, null)).toBe(false);
    expect(login.tried).toEqual([]);
    accepted = true;
    expect(login.next(null, null)).toMatchObject({ type: 'publickey', username: 'op' });
  });

  it('asks what is taken before it sends a password', () => {
    const login = new Login('op', [password], () => true);
    expect(typesOf(login, [null, ['publickey']])).toEqual(['none', false]);
    expect(login.tried).toEqual([]);
  });

  it('sends the password where passwords are taken', () => {
    const login = new Login('op', [password], () => true);
    expect(typesOf(login, [null, ['publickey', 'password'], ['publickey']])).toEqual([
      'none',
      'password',
      false,
    ]);
  });

  it('answers a prompt with it where only prompts are taken', () => {
    const login = new Login('op', [key, password], () => true);
    expect(typesOf(login, [null, ['keyboard-interactive'], ['keyboard-interactive']])).toEqual([
      'publickey',
      'keyboard-interactive',
      false,
    ]);
  });

  it('answers nothing but one hidden question', () => {
    const login = new Login('op', [password], () => true);
    typesOf(login, [null]);
    const attempt = login.next(['keyboard-interactive'], false);
    if (attempt === false || typeof attempt === 'string' || attempt.type !== 'keyboard-interactive')
      throw new Error('no prompt');
    const answers: string[][] = [];
    const ask = (prompts: { prompt: string; echo?: boolean }[]): void =>
      attempt.prompt('', '', '', prompts, (given) => answers.push(given));
    ask([{ prompt: 'Password: ', echo: false }]);
    ask([{ prompt: 'Favourite colour: ', echo: true }]);
    ask([{ prompt: 'Password: ' }, { prompt: 'Code: ' }]);
    expect(answers).toEqual([['secret'], [''], ['', '']]);
  });

  it('goes on with the second factor after a partial success', () => {
    const login = new Login('op', [key, password], () => true);
    login.next(null, null);
    expect(login.next(['password'], true)).toMatchObject({ type: 'password' });
    expect(login.partial).toBe(true);
  });
});

describe('the one connect wrapper', () => {
  it('is the only place that makes an ssh2 client', () => {
    const makers: string[] = [];
    const walk = (folder: string): void => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) walk(path);
        else if (/\.tsx?$/.test(entry.name) && /new (ssh2\.)?Client\(/.test(readFileSync(path, 'utf8')))
          makers.push(entry.name);
      }
    };
    for (const room of ['main', 'agent', 'common', 'renderer', 'preload'])
      walk(join(import.meta.dirname, '../../../..', room));
    expect(makers).toEqual(['connect.ts']);
  });
});
