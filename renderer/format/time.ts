/** '14:32:07 +01:00': the clock, with the offset that makes it mean something to a colleague. */
export function formatClock(atMs: number): string {
  const date = new Date(atMs);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())} ${offset(date)}`;
}

/** '14:32' today, 'Mon 14:32' this week, '2026-11-03' before that. */
export function formatWhen(atMs: number, nowMs: number): string {
  const date = new Date(atMs);
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (new Date(nowMs).toDateString() === date.toDateString()) return clock;
  if (nowMs - atMs < 6 * 86_400_000) {
    return `${date.toLocaleDateString('en-GB', { weekday: 'short' })} ${clock}`;
  }
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** '2026-11-23 14:32:07 +01:00': for hovering. */
export function formatAbsolute(atMs: number): string {
  const date = new Date(atMs);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${formatClock(atMs)}`;
}

function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '−' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
