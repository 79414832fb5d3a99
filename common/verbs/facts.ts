import { z } from 'zod';
import { factFiles, parseHostFacts } from './host-facts.ts';
import { defineVerb } from './verb.ts';

const text = z.string().max(256);

/** HostFacts plus the node's clock; the console makes the offset of it with `withClockOffset`. */
export const hostFactsSchema = z.strictObject({
  hostname: text,
  osId: text,
  osVersion: text,
  osTitle: text,
  kernel: text,
  architecture: text,
  cpuCores: z.number(),
  memoryMiB: z.number(),
  diskFreeMiB: z.number(),
  diskTotalMiB: z.number(),
  clockOffsetMs: z.number(),
  listeningPorts: z.array(z.number().int()),
  uptimeSeconds: z.number(),
  nowMs: z.number(),
});

export const factsVerb = defineVerb({
  name: 'facts',
  input: z.strictObject({}),
  state: hostFactsSchema,
  detached: false,
  async observe(host) {
    const texts: Record<string, string> = {};
    for (const [name, path] of Object.entries(factFiles)) texts[name] = (await host.readFile(path)) ?? '';
    texts['df'] = (await host.exec(['df', '-Pk', '/'], { timeoutMs: 5000 })).stdout;
    texts['cpus'] = (await host.exec(['nproc'], { timeoutMs: 5000 })).stdout;
    texts['nowMs'] = String(host.nowMs());
    return { satisfied: true, state: parseHostFacts(texts) };
  },
});
