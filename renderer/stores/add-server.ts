/**
 * The add-server wizard, kept outside its screen: one may leave and come back.
 * The password lives here only until the server was reached; then the services
 * hold it under `serverKey` and the window forgets it.
 */
import { create } from 'zustand';
import type { Credentials, Examination, Reached } from '../../common/ipc/contract.ts';
import type { Plan } from '../../common/model/run.ts';
import { ask, type Failure } from '../bridge/bridge.ts';

export type AuthKind = Credentials['kind'];

export interface ServerForm {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly auth: AuthKind;
  readonly password: string;
  readonly keyPath: string;
  readonly passphrase: string;
  readonly failureDomain: string;
}

export const emptyForm: ServerForm = {
  clusterId: '',
  nodeId: '',
  address: '',
  port: 22,
  user: 'root',
  auth: 'password',
  password: '',
  keyPath: '',
  passphrase: '',
  failureDomain: '',
};

interface AddServerStore {
  readonly form: ServerForm;
  readonly busy: 'reach' | 'accept' | 'examine' | 'plan' | 'start' | null;
  readonly failure: Failure | null;
  readonly reached: Reached | null;
  readonly examination: Examination | null;
  readonly plan: Plan | null;
  readonly runId: string | null;
  begin(clusterId: string): void;
  edit(change: Partial<ServerForm>): void;
  reach(): Promise<void>;
  acceptKey(): Promise<void>;
  examine(): Promise<void>;
  start(): Promise<void>;
  /** Back to the form, keeping what was typed (never the password). */
  reset(): void;
  clear(): void;
}

const fresh = {
  busy: null,
  failure: null,
  reached: null,
  examination: null,
  plan: null,
  runId: null,
} as const;

/** What is wrong with the form, by field; empty when it can be sent. */
export function formObjections(form: ServerForm): Readonly<Partial<Record<keyof ServerForm, string>>> {
  const objections: Partial<Record<keyof ServerForm, string>> = {};
  if (!form.clusterId) objections.clusterId = 'Which cluster shall it join?';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(form.nodeId)) {
    objections.nodeId = form.nodeId ? 'Letters, digits, dot and dash.' : 'A short name, e.g. mx3.';
  }
  if (!form.address.trim()) objections.address = 'A host name or an IP address.';
  if (!Number.isInteger(form.port) || form.port < 1 || form.port > 65535) objections.port = '1 to 65535.';
  if (!form.user) objections.user = 'Who logs in?';
  if (form.auth === 'password' && !form.password)
    objections.password = 'Sent only after the host key was accepted.';
  if (form.auth === 'key' && !form.keyPath) objections.keyPath = 'Path of the private key.';
  return objections;
}

export function credentialsOf(form: ServerForm): Credentials {
  switch (form.auth) {
    case 'password':
      return { kind: 'password', user: form.user, password: form.password };
    case 'key':
      return {
        kind: 'key',
        user: form.user,
        path: form.keyPath,
        ...(form.passphrase ? { passphrase: form.passphrase } : {}),
      };
    case 'agent':
      return { kind: 'agent', user: form.user };
  }
}

export const useAddServer = create<AddServerStore>((set, get) => {
  /** Answers that arrive after one began anew belong to nobody. */
  let attempt = 0;

  const connected = async (reached: Reached): Promise<void> => {
    set(({ form }) => ({ reached, busy: null, form: { ...form, password: '', passphrase: '' } }));
    if (reached.state === 'connected') await get().examine();
  };

  return {
    form: emptyForm,
    ...fresh,
    begin: (clusterId) =>
      set((state) =>
        state.runId !== null || state.reached === null
          ? { ...fresh, form: { ...(state.runId ? emptyForm : state.form), clusterId } }
          : {},
      ),
    edit: (change) => set(({ form }) => ({ form: { ...form, ...change }, failure: null })),
    reach: async () => {
      const { form } = get();
      const mine = ++attempt;
      set({ ...fresh, busy: 'reach' });
      const answer = await ask('server.reach', {
        nodeId: form.nodeId,
        address: form.address.trim(),
        port: form.port,
        clusterId: form.clusterId,
        failureDomain: form.failureDomain || null,
        credentials: credentialsOf(form),
      });
      if (mine !== attempt) return;
      if (!answer.ok) set({ busy: null, failure: answer });
      else if (answer.value.state === 'connected') await connected(answer.value);
      else set({ busy: null, reached: answer.value });
    },
    acceptKey: async () => {
      const { reached } = get();
      if (reached?.state !== 'host-key-unknown') return;
      const mine = attempt;
      set({ busy: 'accept', failure: null });
      const answer = await ask('server.accept-host-key', {
        serverKey: reached.serverKey,
        fingerprint: reached.fingerprint,
      });
      if (mine !== attempt) return;
      if (answer.ok) await connected(answer.value);
      else set({ busy: null, failure: answer });
    },
    examine: async () => {
      const { reached } = get();
      if (!reached) return;
      const mine = attempt;
      set({ busy: 'examine', failure: null, examination: null, plan: null });
      const examined = await ask('server.examine', { serverKey: reached.serverKey });
      if (mine !== attempt) return;
      if (!examined.ok) {
        set({ busy: null, failure: examined });
        return;
      }
      set({ busy: 'plan', examination: examined.value });
      if (examined.value.checks.some((check) => check.state === 'failed')) {
        set({ busy: null });
        return;
      }
      const planned = await ask('runbook.plan', { runbook: 'provision', serverKey: reached.serverKey });
      if (mine !== attempt) return;
      set(planned.ok ? { busy: null, plan: planned.value } : { busy: null, failure: planned });
    },
    start: async () => {
      const { plan, busy } = get();
      if (!plan || busy) return;
      set({ busy: 'start', failure: null });
      const answer = await ask('runbook.start', { planId: plan.id, overrides: [] });
      set(answer.ok ? { busy: null, runId: answer.value.runId } : { busy: null, failure: answer });
    },
    reset: () => {
      attempt += 1;
      set(({ form }) => ({ ...fresh, form: { ...form, password: '', passphrase: '' } }));
    },
    clear: () => {
      attempt += 1;
      set({ ...fresh, form: emptyForm });
    },
  };
});
