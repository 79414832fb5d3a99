/**
 * Which dialect agent and console speak.
 *
 * Both say in `hello` the newest and the oldest version they know; the lower
 * of the two newest ones is spoken. A party speaks its own version and the one
 * before it, so that a fleet can be upgraded node by node, console first or
 * agents first. `hello` itself is read leniently and never changes its meaning.
 *
 * 1  first
 * 2  a history series that does not change is sent as one number
 */
export const protocolVersion = 2;
export const minProtocolVersion = 1;

export interface VersionRange {
  readonly protocol: number;
  readonly minProtocol: number;
}

export const ourVersions: VersionRange = { protocol: protocolVersion, minProtocol: minProtocolVersion };

/** The version both speak, or null when there is none. */
export function negotiateVersion(ours: VersionRange, theirs: VersionRange): number | null {
  const spoken = Math.min(ours.protocol, theirs.protocol);
  return spoken >= ours.minProtocol && spoken >= theirs.minProtocol ? spoken : null;
}

/** Why the two cannot talk and which side to upgrade, as a sentence for the operator. */
export function versionMismatch(console: VersionRange, agent: VersionRange): string {
  const older = agent.protocol < console.minProtocol ? 'agent' : 'console';
  return (
    `The agent speaks protocol ${agent.minProtocol} to ${agent.protocol}, ` +
    `this console ${console.minProtocol} to ${console.protocol}. Upgrade the ${older}.`
  );
}
