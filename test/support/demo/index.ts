/**
 * `npm run demo`: a real cluster on this machine, mail through it, and the app on it.
 *
 * With a display the window is yours and the mail flows until you close it.
 * Without one, or with `--headless`, the four jobs of an operator are done
 * through the real window under Xvfb, each with a picture in out/demo/, and the
 * exit code says whether a message was lost. Where no lab can run, the same is
 * done on the simulated fleet.
 */
import { thisHostBlocker } from '../lab/host-check.ts';
import { demoOnLab } from './on-lab.ts';
import { demoOnSimulatedFleet } from './on-simulated-fleet.ts';

const startedAtMs = performance.now();

function say(line: string): void {
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${line}\n`);
}

const headless =
  process.argv.includes('--headless') ||
  (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']);

const blocker = thisHostBlocker();
if (blocker !== null) say(`No real servers here, so the simulated fleet is used: ${blocker}`);
const demo = blocker === null ? demoOnLab({ headless, say }) : demoOnSimulatedFleet({ headless, say });

demo.then(
  (ok) => process.exit(ok ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
