/** The agent: one file for Debian's nodejs (18 or later), nothing beside it. */
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export default defineConfig({
  define: { __AGENT_VERSION__: JSON.stringify(process.env['MAILYARD_AGENT_VERSION'] ?? version) },
  ssr: { noExternal: true, external: ['bufferutil', 'utf-8-validate'] },
  build: {
    ssr: 'agent/index.ts',
    outDir: 'out/agent',
    target: 'node18',
    emptyOutDir: false,
    minify: true,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { format: 'cjs', entryFileNames: 'mailyard-agent.cjs', codeSplitting: false },
    },
  },
});
