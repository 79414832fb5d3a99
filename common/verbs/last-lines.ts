/** The last lines of a program's output as one line of text: what it complained about. */
export function lastLines(text: string, count: number): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.slice(-count).join(' | ').slice(-1500) || '(it said nothing)';
}
