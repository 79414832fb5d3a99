/**
 * Every element that a test or the demo acts upon, by a name that stays.
 * The words on the screen may change; these may not without their tests.
 */
export const testIds = {
  // shell
  navFleet: 'nav-fleet',
  navCluster: 'nav-clusters',
  navNode: 'nav-servers',
  navRuns: 'nav-runs',
  navAddServer: 'nav-add-server',
  closeFleet: 'close-fleet',
  theme: 'theme', // + -system | -light | -dark
  palette: 'palette',
  paletteInput: 'palette-input',
  banner: 'banner', // fileError, selfSuspect, stale
  // welcome
  welcome: 'welcome',
  welcomeFirstServer: 'welcome-first-server',
  welcomeOpenFile: 'welcome-open-file',
  welcomeTryLab: 'welcome-try-lab',
  welcomeFleetName: 'welcome-fleet-name',
  welcomeCreate: 'welcome-create',
  welcomeError: 'welcome-error',
  // fleet
  fleetScreen: 'screen-fleet',
  fleetSentence: 'fleet-sentence',
  heatMap: 'heat-map',
  problems: 'problems',
  // cluster, node
  clusterScreen: 'screen-cluster',
  clusterVerdict: 'cluster-verdict',
  nodeScreen: 'screen-node',
  nodeState: 'node-state',
  nodeSentence: 'node-sentence',
  acceptLinkKey: 'link-accept-host-key',
  retryLink: 'link-retry',
  // plan and run
  planScreen: 'screen-plan',
  planStart: 'plan-start',
  planBlockers: 'plan-blockers',
  cancel: 'cancel', // the plan's, the dialog's and the run's way out
  runScreen: 'screen-run',
  runState: 'run-state',
  runSentence: 'run-sentence',
  runCancel: 'run-cancel',
  runUndo: 'run-undo',
  runResume: 'run-resume',
  runsScreen: 'screen-runs',
  // failover
  failoverDialog: 'failover-dialog',
  failoverConfirm: 'failover-confirm',
  // add a server
  addServerScreen: 'screen-add-server',
  addServerCluster: 'add-server-cluster',
  addServerName: 'add-server-name',
  addServerAddress: 'add-server-address',
  addServerPort: 'add-server-port',
  addServerUser: 'add-server-user',
  addServerAuth: 'add-server-auth', // the control; its choices are add-server-auth-password | -key | -agent
  addServerPassword: 'add-server-password',
  addServerKeyPath: 'add-server-key-path',
  addServerPassphrase: 'add-server-passphrase',
  addServerDomain: 'add-server-failure-domain',
  addServerReach: 'add-server-reach',
  addServerFingerprint: 'add-server-fingerprint',
  addServerWords: 'add-server-words',
  addServerAcceptKey: 'add-server-accept-key',
  addServerRefuseKey: 'add-server-refuse-key',
  addServerChecks: 'add-server-checks',
  addServerPlan: 'add-server-plan',
  addServerStart: 'add-server-start',
  addServerError: 'add-server-error',
  addServerReset: 'add-server-reset',
  newClusterName: 'new-cluster-name',
  newClusterRole: 'new-cluster-role',
  newClusterVip: 'new-cluster-vip',
  newClusterCreate: 'new-cluster-create',
} as const;

/** A cluster's card on the fleet screen. */
export const clusterTestId = (clusterId: string): string => `cluster-${clusterId}`;
/** A node's cell (fleet) or row (cluster). */
export const nodeTestId = (nodeId: string): string => `node-${nodeId}`;
/** On a node's or cluster's screen; with the node's name in the rows of a cluster. */
export const actionTestId = (action: string, nodeId?: string): string =>
  nodeId === undefined ? `action-${action}` : `action-${action}-${nodeId}`;
export const runTestId = (runId: string): string => `run-${runId}`;
export const runStepTestId = (stepId: string): string => `run-step-${stepId}`;
