/**
 * HAProxy's `show stat`: one CSV line a frontend, server and backend.
 *
 * Columns are found by the names in the first line: HAProxy adds columns with
 * every release, and older ones lack some.
 * Source: HAProxy 3.0 (Debian 13); fixtures haproxy/debian-13/show-stat*.txt.
 */
export interface StatLine {
  readonly proxy: string;
  /** 'FRONTEND', 'BACKEND' or a server's name. */
  readonly name: string;
  readonly kind: 'frontend' | 'backend' | 'server';
  /** e.g. 'UP', 'DOWN', 'DRAIN', 'MAINT', 'UP 1/2', 'OPEN', 'no check' */
  readonly status: string;
  /** Address and port of a server; empty otherwise. */
  readonly address: string;
  /** What the last check said, e.g. 'L4CON', 'L7OK'; empty when there is none. */
  readonly check: string;
  readonly lastCheck: string;
  /** A column as a number; null when it is empty or absent. */
  number(column: string): number | null;
}

export function parseShowStat(text: string): readonly StatLine[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const header = lines.find((line) => line.startsWith('# pxname'));
  if (header === undefined) return [];
  const columns = new Map(
    header
      .slice(2)
      .split(',')
      .map((name, at) => [name, at]),
  );
  return lines
    .filter((line) => !line.startsWith('#') && line.includes(','))
    .map((line) => statLine(columns, splitCsv(line)))
    .filter((line) => line.proxy !== '' && line.name !== '');
}

function statLine(columns: ReadonlyMap<string, number>, cells: readonly string[]): StatLine {
  const cell = (column: string): string => cells[columns.get(column) ?? -1] ?? '';
  const name = cell('svname');
  return {
    proxy: cell('pxname'),
    name,
    kind: name === 'FRONTEND' ? 'frontend' : name === 'BACKEND' ? 'backend' : 'server',
    status: cell('status'),
    address: cell('addr'),
    check: cell('check_status').replace(/^\* /, ''),
    lastCheck: cell('last_chk'),
    number: (column) => {
      const text = cell(column);
      const value = Number(text);
      return text === '' || Number.isNaN(value) ? null : value;
    },
  };
}

/** Cells may be quoted (last_chk holds what the server said), with doubled quotes inside. */
function splitCsv(line: string): readonly string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at];
    if (quoted) {
      if (char === '"' && line[at + 1] === '"') {
        cell += '"';
        at++;
      } else if (char === '"') quoted = false;
      else cell += char;
    } else if (char === '"') quoted = true;
    else if (char === ',') {
      cells.push(cell);
      cell = '';
    } else cell += char;
  }
  cells.push(cell);
  return cells;
}
