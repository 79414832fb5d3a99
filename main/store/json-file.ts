import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import type { z } from 'zod';

/**
 * A small JSON file of our own: read once, written whole, never half.
 *
 * One that is missing, damaged or of another shape counts as the default: what is kept this way (theme,
 * window place) is never worth a refusal to start.
 */
export class JsonFile<T> {
  #value: T;
  #written: Promise<void> = Promise.resolve();
  readonly #path: string;

  private constructor(path: string, value: T) {
    this.#path = path;
    this.#value = value;
  }

  static async open<T>(path: string, schema: z.ZodType<T>, fallback: T): Promise<JsonFile<T>> {
    const text = await readFile(path, 'utf8').catch(() => '');
    return new JsonFile(path, parseOr(text, schema, fallback));
  }

  get value(): T {
    return this.#value;
  }

  /** Resolves when everything that was set is on disk, or could not be written. */
  settled(): Promise<void> {
    return this.#written.catch(() => undefined);
  }

  /** Resolves when the new value is on disk; writes that follow each other keep their order. */
  set(value: T): Promise<void> {
    this.#value = value;
    const text = `${JSON.stringify(value, null, 2)}\n`;
    this.#written = this.#written
      .catch(() => undefined)
      .then(() => writeFileAtomic(this.#path, text, { mode: 0o600 }));
    return this.#written;
  }
}

function parseOr<T>(text: string, schema: z.ZodType<T>, fallback: T): T {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : fallback;
  } catch {
    return fallback;
  }
}
