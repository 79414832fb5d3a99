/** What the real verb dispatcher needs, for a node of the simulated world. */

import type { EpochGate } from '../../agent/verb/epoch-gate.ts';
import type { VerbSurroundings } from '../../agent/verb/perform-verb.ts';
import { performDetached } from '../../agent/verb/perform-verb.ts';
import { OpsError } from '../../common/model/ops-error.ts';
import { jobName, jobsDirectory, jobUnit } from '../../common/verbs/verb-request.ts';
import { simulatedVerbHost } from './simulated-host.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { SimulatedWorld } from './simulated-world.ts';
import { simulatedVerbs } from './store-verbs.ts';

export function simulatedSurroundings(world: SimulatedWorld, node: SimulatedNode): VerbSurroundings {
  const surroundings: VerbSurroundings = {
    verbs: simulatedVerbs(world, node),
    host: (caller, output) => simulatedVerbHost(world, node, caller, output),
    gate: memoryGate(),
    journal: async (entry) =>
      node.log(
        `mailyard-verb[1]: ${entry.operator} ${entry.mode} ${entry.verb} ${entry.input}: ${entry.result}`,
      ),
    detach: async (request, verb) => {
      const job = jobName(request.run, request.step);
      if (node.runs(jobUnit(job))) return job;
      const directory = `${jobsDirectory}/${job}`;
      node.files.remove(directory);
      node.files.write(`${directory}/start.json`, JSON.stringify({ bootId: node.bootId, atMs: Date.now() }));
      node.units.set(jobUnit(job), { active: true, enabled: false, sinceMs: Date.now() });
      let out = '';
      const run = async (): Promise<void> => {
        const answer = await performDetached(verb, request, surroundings, (line) => {
          out += `${line}\n`;
          node.files.write(`${directory}/out`, out);
        });
        const end = { bootId: node.bootId, atMs: Date.now(), answer };
        node.files.write(`${directory}/rc.json`, JSON.stringify(end));
        node.setRunning(jobUnit(job), false);
      };
      void run();
      return job;
    },
  };
  return surroundings;
}

/** The node's epoch gate without a disk: one action at a time, none of an older epoch. */
function memoryGate(): EpochGate {
  let seen = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    pass(host, action) {
      const next = last.then(async () => {
        const { epoch } = host.caller;
        if (epoch < seen) {
          throw new OpsError(
            'lease-held',
            `This request is of epoch ${epoch}, but another console has acted here since (epoch ${seen}). Nothing was done.`,
          );
        }
        seen = epoch;
        return await action();
      });
      last = next.catch(() => undefined);
      return next;
    },
  };
}
