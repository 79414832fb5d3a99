import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/*
 * Five projects, from fast to real:
 *   unit      decisions and parsers, no processes
 *   contract  two of our programs against each other (agent x console, hostile servers) on loopback
 *   ui        the built app in a real Electron, one window at a time
 *   lab       real Debian nodes, one lab at a time
 *   lab-long  the same, for half an hour and more
 *
 * MAILYARD_TIMEOUT_SCALE stretches every limit at once, for a slow machine.
 */
/** Too long for every run: `npm run test:long`. */
const longLabTests = [
  'test/lab/crash-resume.test.ts',
  'test/lab/role-store.test.ts',
  'test/lab/roles-edge-mx.test.ts',
  'test/lab/spine-cli.test.ts',
];

const scale = Number(process.env['MAILYARD_TIMEOUT_SCALE'] ?? '1') || 1;
const seconds = (count: number): number => Math.round(count * scale * 1000);

export default defineConfig({
  plugins: [react()],
  test: {
    teardownTimeout: seconds(120),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          testTimeout: seconds(30),
          hookTimeout: seconds(60),
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: seconds(60),
          hookTimeout: seconds(60),
        },
      },
      {
        extends: true,
        test: {
          name: 'ui',
          include: ['test/ui/**/*.test.ts'],
          testTimeout: seconds(60),
          hookTimeout: seconds(120),
          fileParallelism: false,
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          exclude: longLabTests,
          testTimeout: seconds(600),
          hookTimeout: seconds(900),
          fileParallelism: false,
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'lab-long',
          include: longLabTests,
          testTimeout: seconds(600),
          hookTimeout: seconds(900),
          fileParallelism: false,
          maxWorkers: 1,
        },
      },
    ],
  },
});
