/** Fleets that were open before, last first; those whose file is gone are not offered. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { JsonFile } from './json-file.ts';

const recentSchema = z.array(z.strictObject({ path: z.string(), name: z.string() }));
type Recent = z.infer<typeof recentSchema>;

const kept = 8;

export class RecentFleets {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async list(): Promise<Recent> {
    const file = await JsonFile.open(this.path, recentSchema, []);
    return file.value.filter((fleet) => existsSync(fleet.path));
  }

  async opened(path: string, name: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const file = await JsonFile.open(this.path, recentSchema, []);
    await file.set([{ path, name }, ...file.value.filter((fleet) => fleet.path !== path)].slice(0, kept));
  }
}
