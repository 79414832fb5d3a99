import { expect, test } from 'vitest';
import { negotiateVersion, ourVersions, versionMismatch } from '../../../../common/protocol/version.ts';

test.each([
  ['the same', { protocol: 2, minProtocol: 1 }, { protocol: 2, minProtocol: 1 }, 2],
  ['an agent one behind', { protocol: 3, minProtocol: 2 }, { protocol: 2, minProtocol: 1 }, 2],
  ['a console one behind', { protocol: 2, minProtocol: 1 }, { protocol: 3, minProtocol: 2 }, 2],
  ['an agent too old', { protocol: 3, minProtocol: 2 }, { protocol: 1, minProtocol: 1 }, null],
  ['a console too old', { protocol: 1, minProtocol: 1 }, { protocol: 3, minProtocol: 2 }, null],
])(
  '%s: both speak the lower of the two newest versions, if both know it',
  (_what, console, agent, spoken) => {
    expect(negotiateVersion(console, agent)).toBe(spoken);
    expect(negotiateVersion(agent, console)).toBe(spoken);
  },
);

test('the version before ours is always spoken', () => {
  const before = { protocol: ourVersions.protocol - 1, minProtocol: ourVersions.protocol - 1 };
  expect(negotiateVersion(ourVersions, before)).toBe(ourVersions.protocol - 1);
});

test('a mismatch names the side to upgrade', () => {
  expect(versionMismatch({ protocol: 3, minProtocol: 2 }, { protocol: 1, minProtocol: 1 })).toMatch(
    /Upgrade the agent/,
  );
  expect(versionMismatch({ protocol: 1, minProtocol: 1 }, { protocol: 3, minProtocol: 2 })).toMatch(
    /Upgrade the console/,
  );
});
