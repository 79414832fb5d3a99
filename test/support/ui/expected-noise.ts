/**
 * Lines that Chromium, GTK and the debugger write whatever the app does: on a machine without a desktop (no
 * session bus, no GPU, no sound) they are many. Everything else on the app's stderr fails the test that
 * started it; so do a fatal line and a page that crashes.
 */
const noise: readonly RegExp[] = [
  /^Debugger listening on /,
  /^For help, see: /,
  /^Debugger attached\.$/,
  /^Debugger ending on /,
  /^Waiting for the debugger to disconnect/,
  /^DevTools listening on /,
  /^\s*$/,
  // [pid:date/time:LEVEL:source.cc(line)] is Chromium's own log; the page's console comes by another way.
  /^\[[\d:/.]+:(INFO|WARNING|ERROR|VERBOSE\d):[\w/]+\.cc(\(|:)\d+\)?\]/,
  /Gtk-WARNING|GLib-GIO-|dconf-|libva error|MESA|libGL|Fontconfig/,
];

export function isNoise(line: string, alsoExpected: readonly RegExp[] = []): boolean {
  return [...noise, ...alsoExpected].some((pattern) => pattern.test(line));
}
