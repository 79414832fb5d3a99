/**
 * A server while it is being added, reached with the login that the operator
 * gave (root, or an account with sudo). That login is kept in memory only,
 * until the server is added or given up.
 */
import type { HostFacts } from '../../../common/model/host-facts.ts';

export interface Survey {
  readonly facts: HostFacts;
  /** Version of a Mailyard agent that is there already; null on a bare server. */
  readonly agentVersion: string | null;
  /** Roles that it was given by an earlier try. */
  readonly roles: readonly string[];
}

export interface BareServer {
  survey(signal: AbortSignal): Promise<Survey>;
  /** Installs or upgrades the agent, the operators' account and the gate. */
  installAgent(output: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** Takes away what installAgent put there. */
  removeAgent(output: (line: string) => void, signal: AbortSignal): Promise<void>;
}

/** The logins that are held now, by node. */
export interface BareServers {
  /** Throws: OpsError 'access-denied' asking for the login again when none is held. */
  of(nodeId: string): BareServer;
  has(nodeId: string): boolean;
}
