/**
 * Everything the window may ask of the main process and everything it is told.
 *
 * One map: name -> what goes in (zod, checked in main before any service sees
 * it) and what comes out (a type; our own process is trusted to keep it).
 * preload builds `window.mailyard` from `requestNames`; there is no generic send.
 */
import { z } from 'zod';
import type { Fleet } from '../model/fleet.ts';
import type { HostFacts, RequirementCheck } from '../model/host-facts.ts';
import type { Series } from '../model/metric.ts';
import type { Result } from '../model/result.ts';
import type { Plan, Run, RunSummary } from '../model/run.ts';
import type { FleetView } from '../model/views.ts';
import { roleIds } from '../roles/role-id.ts';

z.config({ jitless: true });

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dot, dash; at most 63');
const text = z.string().max(4096);

export const credentialsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password'), user: id, password: text.min(1) }),
  z.strictObject({ kind: z.literal('key'), user: id, path: text.min(1), passphrase: text.optional() }),
  z.strictObject({ kind: z.literal('agent'), user: id }),
]);
export type Credentials = z.infer<typeof credentialsSchema>;

export const newServerSchema = z.strictObject({
  /** Name in the fleet file. */
  nodeId: id,
  address: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65535),
  clusterId: id,
  failureDomain: id.nullable(),
  credentials: credentialsSchema,
});
export type NewServer = z.infer<typeof newServerSchema>;

export const planRequestSchema = z.discriminatedUnion('runbook', [
  z.strictObject({ runbook: z.literal('drain'), clusterId: id, nodeId: id }),
  z.strictObject({ runbook: z.literal('undrain'), clusterId: id, nodeId: id }),
  z.strictObject({ runbook: z.literal('switchover'), clusterId: id }),
  /** `serverKey` is what `server.reach` answered: credentials stay in the services, not in the window. */
  z.strictObject({ runbook: z.literal('provision'), serverKey: z.string().max(64) }),
]);
export type PlanRequest = z.infer<typeof planRequestSchema>;

const nothing = z.strictObject({});

/** name -> zod schema of its argument. */
export const requestSchemas = {
  'app.info': nothing,
  'app.start-choices': nothing,
  /** Opens a file dialog; answers null when it was dismissed. */
  'fleet.choose-file': nothing,
  'fleet.open': z.strictObject({ path: text.min(1) }),
  /** An empty fleet file in the app's data folder, to add the first server to. */
  'fleet.create': z.strictObject({ name: id }),
  /** The lab when one is up on this machine, else the simulated fleet. */
  'fleet.try-lab': nothing,
  'fleet.close': nothing,
  'fleet.view': nothing,
  'fleet.file': nothing,
  /** Adds a first cluster of a role so that servers can join it. */
  'fleet.add-cluster': z.strictObject({ clusterId: id, role: z.enum(roleIds), vip: text.nullable() }),
  'node.detail': z.strictObject({ nodeId: id }),
  'node.series': z.strictObject({
    nodeId: id,
    metrics: z.array(z.string().max(200)).max(64),
    sinceMs: z.number(),
    /** Points a series after min/max decimation. */
    maxPoints: z.number().int().min(10).max(2000),
  }),
  'link.accept-host-key': z.strictObject({ nodeId: id, fingerprint: z.string().max(128) }),
  'link.retry': z.strictObject({ nodeId: id }),
  'runbook.plan': planRequestSchema,
  /** Overrides name the codes of overridable blockers. */
  'runbook.start': z.strictObject({
    planId: z.string().max(64),
    overrides: z.array(z.string().max(64)).max(16),
  }),
  'run.get': z.strictObject({ runId: z.string().max(64) }),
  'run.list': nothing,
  'run.cancel': z.strictObject({ runId: z.string().max(64) }),
  'run.undo': z.strictObject({ runId: z.string().max(64) }),
  'run.resume': z.strictObject({ runId: z.string().max(64) }),
  /** Connects to a bare server. Unknown host key: answers it, having sent nothing. */
  'server.reach': newServerSchema,
  'server.accept-host-key': z.strictObject({
    serverKey: z.string().max(64),
    fingerprint: z.string().max(128),
  }),
  /** Facts against the role's requirements. */
  'server.examine': z.strictObject({ serverKey: z.string().max(64) }),
  'settings.get': nothing,
  'settings.set': z.strictObject({ theme: z.enum(['system', 'light', 'dark']).optional() }),
} as const;

export type RequestName = keyof typeof requestSchemas;
export type RequestArgs<N extends RequestName> = z.infer<(typeof requestSchemas)[N]>;

export interface AppInfo {
  readonly version: string;
  readonly electron: string;
  readonly platform: string;
  /** Who runs: shown, journalled on nodes. */
  readonly operator: string;
}

export interface StartChoices {
  /** A fleet that was open last time and is still there. */
  readonly recent: readonly { readonly path: string; readonly name: string }[];
  readonly labIsUp: boolean;
}

export interface ServiceDetail {
  readonly unit: string;
  readonly title: string;
  readonly lastLines: readonly string[];
}

export interface NodeDetail {
  readonly nodeId: string;
  readonly facts: HostFacts | null;
  readonly factsError: string | null;
  readonly services: readonly ServiceDetail[];
  /** Metrics that exist on this node, for the charts. */
  readonly metrics: readonly {
    readonly name: string;
    readonly label: string;
    readonly unit: string;
    readonly meaning: string;
  }[];
}

export type Reached =
  | {
      readonly state: 'host-key-unknown';
      readonly serverKey: string;
      readonly fingerprint: string;
      readonly type: string;
      readonly words: string;
    }
  | { readonly state: 'connected'; readonly serverKey: string; readonly fingerprint: string };

export interface Examination {
  readonly facts: HostFacts;
  readonly checks: readonly RequirementCheck[];
}

export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
}

export interface RequestResults {
  'app.info': AppInfo;
  'app.start-choices': StartChoices;
  'fleet.choose-file': string | null;
  'fleet.open': null;
  'fleet.create': null;
  'fleet.try-lab': { readonly simulated: boolean };
  'fleet.close': null;
  'fleet.view': FleetView | null;
  'fleet.file': Fleet | null;
  'fleet.add-cluster': null;
  'node.detail': NodeDetail;
  'node.series': readonly Series[];
  'link.accept-host-key': null;
  'link.retry': null;
  'runbook.plan': Plan;
  'runbook.start': { readonly runId: string };
  'run.get': Run;
  'run.list': readonly RunSummary[];
  'run.cancel': null;
  'run.undo': null;
  'run.resume': null;
  'server.reach': Reached;
  'server.accept-host-key': Reached;
  'server.examine': Examination;
  'settings.get': Settings;
  'settings.set': Settings;
}

export const requestNames = Object.keys(requestSchemas) as readonly RequestName[];

/** What the main process answers itself (dialogs, theme); everything else goes to the services. */
export const answeredByMain = [
  'app.info',
  'fleet.choose-file',
  'settings.get',
  'settings.set',
] as const satisfies readonly RequestName[];

/** Events, over one MessagePort from the services to the window. */
export type BackendEvent =
  | { readonly kind: 'view'; readonly view: FleetView | null }
  | { readonly kind: 'run'; readonly run: Run }
  /** The last fleet file that was asked for could not be opened, whoever asked (menu, --fleet, window); null: it could. */
  | { readonly kind: 'open-failed'; readonly failure: Extract<Result<never>, { readonly ok: false }> | null }
  /** New points of the series the window follows (see `node.series`), at 1-4 Hz. */
  | {
      readonly kind: 'samples';
      readonly nodeId: string;
      readonly atMs: number;
      readonly values: Readonly<Record<string, number>>;
    };

/** What preload puts on `window.mailyard`. */
export interface MailyardBridge {
  request<N extends RequestName>(name: N, args: RequestArgs<N>): Promise<Result<RequestResults[N]>>;
  /** Subscribes; the returned function unsubscribes. */
  onEvent(listener: (event: BackendEvent) => void): () => void;
}
