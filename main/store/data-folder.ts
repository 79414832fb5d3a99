import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Mailyard keeps what is the operator's on this machine: settings, journal, recent fleets.
 *
 * The app and the CLI agree on it: a run that one of them started, the other can see and resume.
 * MAILYARD_DATA names another folder (tests, a second fleet kept apart).
 */
export function dataFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const named = env['MAILYARD_DATA'];
  if (named) return named;
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Mailyard');
  if (platform === 'win32') return join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'Mailyard');
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'mailyard');
}
