import { describe, expect, it } from 'vitest';
import { parseKeepalivedConfig, parseVrrpState } from '../../../../../common/roles/edge/vrrp-state.ts';
import { captured } from '../captured.ts';

describe('what keepalived told the notify script', () => {
  it('is read from the line that the script wrote', () => {
    const reading = parseVrrpState(captured('keepalived/debian-13/vrrp-master.txt'));
    expect(reading?.state).toBe('MASTER');
    expect(reading?.priority).toBe(190);
    expect(reading?.transitions).toBeGreaterThan(0);
  });

  it.each([null, '', 'garbage', 'MASTER', 'MASTER x 1 2'])('is not known from %j', (text) => {
    expect(parseVrrpState(text)).toBeNull();
  });

  it('is unknown when keepalived learns a new word', () => {
    expect(parseVrrpState('DREAMING 100 1 1\n')?.state).toBe('unknown');
  });
});

describe('our keepalived.conf on a node', () => {
  it('tells the VIP and the peers', () => {
    const config = parseKeepalivedConfig(captured('keepalived/debian-13/keepalived.conf'));
    expect(config).toEqual({ vip: '10.99.0.100', peers: ['10.99.0.11'] });
  });

  it('tells nothing when it is absent', () => {
    expect(parseKeepalivedConfig(null)).toEqual({ vip: null, peers: [] });
  });
});
