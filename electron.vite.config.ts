import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/*
 * The console's three programs, whole: nothing of node_modules is needed to run out/.
 *
 *   out/main/index.js + backend.js   ESM; the window's process and the services' process
 *   out/preload/index.cjs            CJS, because a sandboxed preload is no module
 *   out/renderer/                    the page
 *
 * Targets are those of the oldest runtime that the app runs on (Electron 33), not of the one that ships.
 */
const node = 'node20';
const chrome = 'chrome130';

// Add-ons built for Node do not load in Electron; ssh2 does without them when they cannot be required.
const external = ['electron', /^electron\//, 'cpu-features', /\.node$/, 'bufferutil', 'utf-8-validate'];

export default defineConfig({
  main: {
    build: {
      target: node,
      outDir: 'out/main',
      externalizeDeps: false,
      minify: false,
      rolldownOptions: {
        external,
        input: { index: resolve('main/index.ts'), backend: resolve('main/backend.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared-[name].js' },
      },
    },
  },
  preload: {
    build: {
      target: node,
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        external,
        input: { index: resolve('preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: {
      target: chrome,
      outDir: 'out/renderer',
      // The content security policy takes no inline fonts and no inline script.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: resolve('renderer/index.html') },
    },
  },
});
