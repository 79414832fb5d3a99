import { OpsError } from '../model/ops-error.ts';

const place = /\{\{([a-z][a-zA-Z0-9]*)\}\}/g;

/**
 * Fills `{{name}}` places. A place without a value is an error: a half-filled
 * configuration must never reach a node.
 *
 * Throws: OpsError 'internal' naming the places without values.
 */
export function renderTemplate(text: string, values: Readonly<Record<string, string>>): string {
  const missing = new Set<string>();
  const filled = text.replace(place, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) missing.add(name);
    return value ?? '';
  });
  if (missing.size > 0) {
    throw new OpsError('internal', `The template has places without a value: ${[...missing].join(', ')}.`);
  }
  return filled;
}
