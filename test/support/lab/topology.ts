/** Which nodes a lab has: a YAML file, checked, with addresses as last octets. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { LabError } from './lab-error.ts';
import { imageNames } from './role-packages.ts';

/** .2 to .99; .100 and above are handed to bare nodes. */
const octet = z.int().min(2).max(99);
export const nodeName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,8}$/, 'a node name has at most nine of a-z, 0-9 and -, beginning with a letter');

const schema = z.strictObject({
  name: z.string().min(1),
  domain: z.string().regex(/^[a-z0-9.-]+$/),
  clusters: z.record(
    z.string(),
    z.strictObject({
      image: z.enum(imageNames),
      vip: octet.optional(),
      debian: z.union([z.literal(12), z.literal(13)]).default(13),
      nodes: z.record(nodeName, octet),
    }),
  ),
});

export type Topology = z.infer<typeof schema>;

export const spinePath = fileURLToPath(new URL('./topologies/spine.yaml', import.meta.url));

/** A lab without nodes: bridge and package cache only. Bare nodes are put into it. */
export const emptyTopology: Topology = { name: 'empty', domain: 'yard.test', clusters: {} };

/** Throws: LabError naming the place in the file and what was expected there. */
export function readTopology(path: string): Topology {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LabError(`The topology ${path} cannot be read: ${(cause as Error).message}.`, { cause });
  }
  return parseTopology(text, path);
}

export function parseTopology(text: string, path: string): Topology {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (cause) {
    throw new LabError(`${path} is not YAML: ${(cause as Error).message}`, { cause });
  }
  const result = schema.safeParse(raw);
  if (!result.success) {
    const issue = result.error.issues[0];
    // A bad key says only that it is one; why is a level below.
    const reason = (issue?.code === 'invalid_key' && issue.issues[0]?.message) || issue?.message;
    throw new LabError(`${path}: at ${issue?.path.join('.') || 'the top'}: ${reason}.`);
  }
  const seen = new Map<string | number, string>();
  const claim = (key: string | number, owner: string): void => {
    const other = seen.get(key);
    if (other) throw new LabError(`${path}: ${owner} and ${other} both use ${key}: give each its own.`);
    seen.set(key, owner);
  };
  for (const [cluster, { vip, nodes }] of Object.entries(result.data.clusters)) {
    if (vip !== undefined) claim(vip, `the VIP of ${cluster}`);
    for (const [name, number] of Object.entries(nodes)) {
      claim(name, `a node of ${cluster}`);
      claim(number, name);
    }
  }
  return result.data;
}
