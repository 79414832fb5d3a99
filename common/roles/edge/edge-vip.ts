/**
 * The verb that lets go of the VIP, or stands ready for it again.
 *
 * keepalived watches the hold file: 254 in it is FAULT, the VIP moves to a
 * peer within an advert or two and does not come back (nopreempt) when the
 * file says 0 again.
 */
import { z } from 'zod';
import { OpsError } from '../../model/ops-error.ts';
import { defineVerb } from '../../verbs/verb.ts';
import type { VerbHost } from '../host.ts';
import { holdFile, keepalivedConfig, vrrpStateFile } from './paths.ts';
import { parseKeepalivedConfig, parseVrrpState, vrrpStates } from './vrrp-state.ts';

export const edgeVipStateSchema = z.strictObject({
  hold: z.enum(['release', 'normal']),
  vrrp: z.enum(vrrpStates),
  /** null: keepalived is not configured here. */
  vip: z.string().nullable(),
  /** The VIP is among this node's own addresses now. */
  holds: z.boolean(),
  /** While it holds the VIP: mail is greeted there. null: it does not hold it. */
  answers: z.boolean().nullable(),
  /** Addresses of the edges that it exchanges adverts with. */
  peers: z.array(z.string()),
});
export type EdgeVipState = z.infer<typeof edgeVipStateSchema>;

export const edgeVipVerb = defineVerb({
  name: 'edge-vip',
  input: z.strictObject({ hold: z.enum(['release', 'normal']) }),
  state: edgeVipStateSchema,
  detached: false,
  async observe(host, { hold }) {
    const state = await readVip(host);
    return { satisfied: state.hold === hold, state };
  },
  async apply(host, { hold }) {
    await host.writeFile(holdFile, hold === 'release' ? '254\n' : '0\n', {
      mode: 0o644,
      owner: 'root',
      group: 'root',
    });
  },
});

async function readVip(host: VerbHost): Promise<EdgeVipState> {
  const { vip, peers } = parseKeepalivedConfig(await host.readFile(keepalivedConfig));
  const holds = vip !== null && host.addresses().includes(vip);
  return {
    hold: (await host.readFile(holdFile))?.trim() === '254' ? 'release' : 'normal',
    vrrp: parseVrrpState(await host.readFile(vrrpStateFile))?.state ?? 'unknown',
    vip,
    holds,
    answers: holds && vip !== null ? await greets(host, vip) : null,
    peers: [...peers],
  };
}

async function greets(host: VerbHost, vip: string): Promise<boolean> {
  try {
    await host.dialogue(
      vip,
      25,
      [
        { expect: /^220 /m, send: 'QUIT\r\n' },
        { expect: /^221 /m, send: null },
      ],
      3000,
    );
    return true;
  } catch (error) {
    if (error instanceof OpsError) return false;
    throw error;
  }
}
