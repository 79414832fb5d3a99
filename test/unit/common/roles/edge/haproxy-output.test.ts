import { describe, expect, it } from 'vitest';
import { edgeMetrics } from '../../../../../common/roles/edge/metrics.ts';
import { edgeSamples } from '../../../../../common/roles/edge/probe.ts';
import { parseServersState } from '../../../../../common/roles/edge/servers-state.ts';
import { parseShowInfo } from '../../../../../common/roles/edge/show-info.ts';
import { parseOldWorkers } from '../../../../../common/roles/edge/show-proc.ts';
import { parseShowSess } from '../../../../../common/roles/edge/show-sess.ts';
import { parseShowStat } from '../../../../../common/roles/edge/show-stat.ts';
import { captured } from '../captured.ts';

const haproxy = (name: string): string => captured(`haproxy/debian-13/${name}`);

describe('HAProxy 3.0 on Debian 13', () => {
  it('tells servers, backends and frontends of show stat apart', () => {
    const lines = parseShowStat(haproxy('show-stat.txt'));
    expect(lines.map((line) => `${line.kind} ${line.proxy}/${line.name} ${line.status}`)).toEqual([
      'frontend smtp/FRONTEND OPEN',
      'server smtp/m1 UP',
      'server smtp/m2 UP',
      'backend smtp/BACKEND UP',
    ]);
    const sessions = lines.map((line) => line.number('scur'));
    expect(sessions).toEqual([3, 1, 2, 3]);
    expect(lines[1]?.check).toBe('L7OK');
  });

  it('shows drained and maintained servers in show stat', () => {
    const lines = parseShowStat(haproxy('show-stat-drain-maint.txt'));
    expect(lines.filter((line) => line.kind === 'server').map((line) => line.status)).toEqual([
      'DRAIN',
      'MAINT',
    ]);
  });

  it('keeps a quoted cell with commas together', () => {
    const [line] = parseShowStat(
      '# pxname,svname,status,last_chk,scur\nsmtp,mx1,DOWN,"said ""no"", twice",4\n',
    );
    expect(line?.lastCheck).toBe('said "no", twice');
    expect(line?.number('scur')).toBe(4);
  });

  it('gives null for a column that is absent or empty, never 0', () => {
    const [line] = parseShowStat('# pxname,svname,scur\nsmtp,mx1,\n');
    expect(line?.number('scur')).toBeNull();
    expect(line?.number('econ')).toBeNull();
  });

  it('reads nothing from a refusal', () => {
    expect(parseShowStat('Permission denied\n')).toEqual([]);
    expect(parseServersState('Permission denied\n')).toEqual([]);
  });

  it('reads what an operator said of each server', () => {
    expect(parseServersState(haproxy('servers-state-drain-maint.txt'))).toEqual([
      { backend: 'smtp', server: 'm1', address: '10.99.0.21', admin: 'drain', weight: 50, running: true },
      { backend: 'smtp', server: 'm2', address: '10.99.0.22', admin: 'maint', weight: 100, running: false },
    ]);
  });

  it('names who is connected to which server, and not our own look', () => {
    const sessions = parseShowSess(haproxy('show-sess.txt'));
    expect(sessions).toHaveLength(3);
    expect(sessions[0]).toEqual({ source: '10.99.0.1:60082', backend: 'smtp', server: 'm2', ageSeconds: 1 });
  });

  it('finds the workers that a reload left behind', () => {
    expect(parseOldWorkers(haproxy('show-proc-after-reload.txt'))).toEqual([2049]);
  });

  it('makes only samples that are declared, from real output', () => {
    const samples = edgeSamples(
      parseShowStat(haproxy('show-stat.txt')),
      parseShowInfo(haproxy('show-info.txt')),
      'held',
      { state: 'MASTER', priority: 190, sinceMs: 0, transitions: 3 },
    );
    const declared = new Set(edgeMetrics.map((metric) => metric.name));
    const undeclared = Object.keys(samples).filter((name) => !declared.has(name.replace(/\{.*/, '')));
    expect(undeclared).toEqual([]);
    expect(samples['haproxy_server_current_sessions{proxy="smtp",server="m2"}']).toBe(2);
    expect(samples['haproxy_process_current_connections']).toBe(3);
    expect(samples['keepalived_vip_held']).toBe(1);
    const families = new Set(Object.keys(samples).map((name) => name.replace(/\{.*/, '')));
    expect([...declared].filter((name) => !families.has(name))).toEqual([]);
  });
});
