/** How long to wait before the next try: doubling, up to a limit, never in step with others. */
export interface BackoffShape {
  readonly firstMs: number;
  readonly mostMs: number;
}

export const linkBackoff: BackoffShape = { firstMs: 500, mostMs: 15_000 };

/** `failures` from 1. Between half and all of the doubled wait, by chance. */
export function backoffMs(
  failures: number,
  shape: BackoffShape = linkBackoff,
  random: () => number = Math.random,
): number {
  const whole = Math.min(shape.mostMs, shape.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(whole / 2 + (whole / 2) * random());
}
