/** What either side accepts at most; beyond it the other one is cut off with a reason. */
export const protocolLimits = {
  /** One frame from an agent, encoded. Also the WebSocket's maxPayload on the console. Unit: bytes. */
  agentFrameBytes: 256 * 1024,
  /** One frame from a console: it only asks. Also the WebSocket's maxPayload on the agent. Unit: bytes. */
  consoleFrameBytes: 4 * 1024,
  /** Metric names of one agent, labels included. */
  metricNames: 2000,
  metricNameLength: 200,
  roles: 16,
  services: 64,
  findings: 64,
  textLength: 500,
  /** JSON of a role's facts. Unit: characters. */
  factsLength: 64 * 1024,
  factsDepth: 8,
  /** Moments in one history frame, and moments x series. */
  historyMoments: 60,
  historyNumbers: 12_000,
  /** History frames of one replay. */
  historyFrames: 400,
  /** Frames a second that a well-behaved agent never exceeds for long (replay excepted). */
  framesPerSecond: 40,
} as const;

/** Heartbeats come twice a second; three missed make a node suspect. Unit: ms. */
export const heartbeatIntervalMs = 500;

/** WebSocket close codes of ours (4000-4999 are free for applications). */
export const closeCodes = {
  /** No version in common; the reason says which side to upgrade. */
  versionMismatch: 4000,
  /** A frame that cannot be read or breaks the rules. */
  badFrame: 4001,
  /** The console does not read fast enough. */
  tooSlow: 4002,
  /** More frames than any honest agent sends. */
  flooding: 4003,
  /** The daemon stops (upgrade, shutdown): connect again. */
  goingAway: 4004,
  /** The daemon serves as many consoles as it may. */
  tooMany: 4005,
} as const;
