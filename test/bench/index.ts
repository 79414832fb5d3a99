/**
 * `npm run bench [NAME...]`: runs every test/bench/*.bench.ts and prints each
 * comparison as a ratio with its goal. Ends with 1 when a goal is not met or a
 * benchmark could not run.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bench, BenchRow } from './bench.ts';

const folder = import.meta.dirname;

async function main(wanted: readonly string[]): Promise<number> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.bench.ts')).sort();
  const chosen = files.filter((file) => wanted.length === 0 || wanted.some((name) => file.startsWith(name)));
  if (chosen.length === 0) {
    process.stderr.write(
      `No benchmark is called ${wanted.join(', ')}. There are: ${files.map(nameOf).join(', ')}.\n`,
    );
    return 1;
  }
  const rows: BenchRow[] = [];
  const broken: string[] = [];
  for (const file of chosen) {
    const say = (line: string): void => void process.stderr.write(`  ${line}\n`);
    process.stderr.write(`${nameOf(file)}\n`);
    try {
      const { default: bench } = (await import(pathToFileURL(join(folder, file)).href)) as { default: Bench };
      rows.push(...(await bench.run(say)));
    } catch (thrown) {
      broken.push(
        `${nameOf(file)} could not run: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      );
    }
  }
  process.stdout.write(`${table(rows)}${broken.map((line) => `${line}\n`).join('')}`);
  return broken.length === 0 && rows.every(met) ? 0 : 1;
}

function nameOf(file: string): string {
  return file.replace(/\.bench\.ts$/, '');
}

function met(row: BenchRow): boolean {
  return row.oursMs / row.theirsMs <= row.goal;
}

function table(rows: readonly BenchRow[]): string {
  const lines = rows.map((row) => [
    row.what,
    `${row.oursMs.toFixed(1)} ms`,
    row.against,
    `${row.theirsMs.toFixed(1)} ms`,
    ratio(row.oursMs / row.theirsMs),
    `<= ${ratio(row.goal)}`,
    met(row) ? 'met' : 'NOT MET',
  ]);
  const all = [['what', 'Mailyard', 'against', '', 'ratio', 'goal', ''], ...lines];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  return all
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** 0.05 as 1/20. */
function ratio(value: number): string {
  return value >= 0.95 ? value.toFixed(2) : `1/${(1 / value).toFixed(1).replace(/\.0$/, '')}`;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    process.exit(1);
  },
);
