import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAgentFrame, decodeConsoleFrame, encodeFrame } from '../../../../common/protocol/codec.ts';
import { protocolLimits } from '../../../../common/protocol/limits.ts';
import { plainText } from '../../../../common/protocol/plain-text.ts';

test('whatever text comes, decoding answers with a value and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
      expect(typeof decodeAgentFrame(text).ok).toBe('boolean');
      expect(typeof decodeConsoleFrame(text).ok).toBe('boolean');
    }),
  );
});

test('a frame with a field that the protocol does not name is refused', () => {
  const decoded = decodeAgentFrame('{"kind":"beat","n":1,"nowMs":2,"extra":true}');
  expect(decoded.ok).toBe(false);
});

test('hello is read leniently, so that a later version can say more in it', () => {
  const hello = {
    kind: 'hello',
    protocol: 9,
    minProtocol: 8,
    consoleVersion: '9.0.0',
    later: { what: 'ever' },
  };
  expect(decodeConsoleFrame(JSON.stringify(hello))).toEqual({
    ok: true,
    frame: { kind: 'hello', protocol: 9, minProtocol: 8, consoleVersion: '9.0.0' },
  });
});

test('an oversized frame is refused before it is parsed', () => {
  const decoded = decodeAgentFrame(`"${'x'.repeat(protocolLimits.agentFrameBytes)}"`);
  expect(decoded).toMatchObject({ ok: false, reason: expect.stringContaining('characters') as string });
});

test('terminal escapes and bidirectional overrides in a host name are made harmless', () => {
  const decoded = decodeAgentFrame(
    JSON.stringify({
      kind: 'hello',
      protocol: 2,
      minProtocol: 1,
      agentVersion: '1',
      hostname: '\u001b]0;owned\u0007mx1\u202egnp',
      bootId: 'b',
      roles: ['mx'],
      nowMs: 1,
    }),
  );
  expect(decoded).toMatchObject({ ok: true, frame: { hostname: '\ufffd]0;owned\ufffdmx1\ufffdgnp' } });
});

test('plain text keeps every printable character, emoji and umlauts too', () => {
  expect(plainText('Zürich 📮 naïve')).toBe('Zürich 📮 naïve');
  expect(plainText('a\ud800b')).toBe('a\ufffdb');
});

test('a finding names its instance behind a colon, and nothing that could not be shown', () => {
  const frame = (code: string): string =>
    JSON.stringify({
      kind: 'readings',
      atMs: 1,
      roles: {
        edge: {
          serving: 'serving',
          services: [],
          findings: [{ code, severity: 'info', message: 'mx2 fails its check' }],
          facts: null,
        },
      },
    });
  expect(decodeAgentFrame(frame('ServerDown:smtp/mx2')).ok).toBe(true);
  expect(decodeAgentFrame(frame('ServerDown:')).ok).toBe(false);
  expect(decodeAgentFrame(frame('Server Down')).ok).toBe(false);
});

test('facts nested a hundred thousand deep are cut off and crash nothing', () => {
  const facts = '['.repeat(100_000) + ']'.repeat(100_000);
  const text = `{"kind":"readings","atMs":1,"roles":{"mx":{"serving":"serving","services":[],"findings":[],"facts":${facts}}}}`;
  const decoded = decodeAgentFrame(text);
  expect(decoded.ok).toBe(true);
  if (decoded.ok) expect(encodeFrame(decoded.frame).length).toBeLessThan(400);
});

test.each([
  [
    'a role named like a prototype',
    '{"kind":"readings","atMs":1,"roles":{"__proto__":{"serving":"serving","services":[],"findings":[],"facts":1}}}',
  ],
  ['a metric named like a prototype', '{"kind":"schema","from":0,"names":["__proto__"]}'],
  ['more indices than values', '{"kind":"delta","seq":1,"atMs":1,"i":[1,2],"v":[1]}'],
  ['a history that goes back in time', '{"kind":"history","part":0,"last":true,"atMs":[2,1],"series":[]}'],
  [
    'a history series of another length',
    '{"kind":"history","part":0,"last":true,"atMs":[1,2],"series":[{"i":0,"v":[1]}]}',
  ],
  ['a number that is a string', '{"kind":"full","seq":1,"atMs":1,"values":["1"]}'],
])('%s is not told to anyone', (_what, text) => {
  const decoded = decodeAgentFrame(text);
  if (decoded.ok) {
    // A prototype's name as a key may be dropped instead of refused; it must not be told.
    expect(decoded.frame.kind).toBe('readings');
    expect(Object.keys((decoded.frame as { roles: object }).roles)).toEqual([]);
  }
});
