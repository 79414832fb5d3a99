export interface Formatted {
  readonly value: string;
  readonly unit: string;
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Units that say nothing beside their label ("queue 14"), and how the others are written. */
const written: Readonly<Record<string, string>> = {
  messages: '',
  sessions: '',
  connections: '',
  processes: '',
  users: '',
  count: '',
  '': '',
  boolean: '',
  'messages/s': 'msg/s',
  'messages per second': 'msg/s',
  'connections/s': 'conn/s',
  'sessions/s': '/s',
};

/** A number with its unit, three telling digits, nothing invented. null is 'unknown', never 0. */
export function formatNumber(value: number | null, unit: string): Formatted {
  if (value === null || !Number.isFinite(value)) return { value: 'unknown', unit: '' };
  switch (unit) {
    case 'ratio':
      return { value: share(value * 100), unit: '%' };
    case 'percent':
    case '%':
      return { value: share(value), unit: '%' };
    case 'bytes':
      return bytes(value, '');
    case 'bytes/s':
      return bytes(value, '/s');
    case 'seconds':
    case 's':
      return seconds(value);
    case 'milliseconds':
    case 'ms':
      return seconds(value / 1000);
    default:
      return { value: plain(value), unit: written[unit] ?? unit };
  }
}

/** '14', '12.4', '0.42', '8,120' */
function plain(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return grouped.format(value);
  if (size >= 10) return value.toFixed(1);
  if (size >= 0.1) return value.toFixed(2).replace(/0$/, '');
  return size >= 0.001 ? String(Number(value.toPrecision(2))) : '0';
}

/** Nearly all is not all: 99.99 % never reads as 100 %. */
function share(percent: number): string {
  if (percent > 99 && percent < 100)
    return (Math.floor(percent * 100) / 100).toFixed(2).replace(/\.?0+$/, '');
  return plain(percent);
}

function bytes(value: number, suffix: string): Formatted {
  const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = Math.abs(value);
  let step = 0;
  while (size >= 1024 && step < steps.length - 1) {
    size /= 1024;
    step += 1;
  }
  return { value: plain(value < 0 ? -size : size), unit: `${steps[step]}${suffix}` };
}

function seconds(value: number): Formatted {
  const size = Math.abs(value);
  if (size === 0) return { value: '0', unit: 's' };
  if (size < 0.1) return { value: plain(value * 1000), unit: 'ms' };
  if (size < 120) return { value: plain(value), unit: 's' };
  if (size < 2 * 3600) return { value: plain(Math.round(value / 60)), unit: 'min' };
  if (size < 48 * 3600) return { value: plain(Math.round(value / 3600)), unit: 'h' };
  return { value: plain(Math.floor(value / 86400)), unit: 'd' };
}

export function inWords({ value, unit }: Formatted): string {
  return unit === '' ? value : `${value} ${unit}`;
}
