/** Set by the bundler from package.json; 'unbuilt' when the code runs from source (simulated fleet, tests). */
declare const __AGENT_VERSION__: string | undefined;

export const agentVersion: string = typeof __AGENT_VERSION__ === 'string' ? __AGENT_VERSION__ : 'unbuilt';
