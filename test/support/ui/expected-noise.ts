/**
 * Lines that Chromium and GTK write on a machine without a desktop (no session bus, no GPU, no sound); they
 * tell nothing about the app. Everything else on the app's stderr fails the test that started it.
 */
const noise: readonly RegExp[] = [
  /^Debugger listening on /,
  /^For help, see: /,
  /^Debugger attached\.$/,
  /^Debugger ending on /,
  /^Waiting for the debugger to disconnect/,
  /^DevTools listening on /,
  /^\s*$/,
  // [pid:date/time:LEVEL:source.cc(line)] of Chromium's own parts
  /^\[[\d:/.]+:(INFO|WARNING|ERROR):[\w/]*(bus|object_proxy|gpu|gl_|angle|viz|vulkan|vaapi|egl|alsa|udev|network_service|sandbox_linux|zygote|cert_|nss_|command_buffer|x11_|wayland|atom_cache|on_device|login_database|ssl_client_socket)[\w]*\.cc/i,
  /Gtk-WARNING|GLib-GIO-|dconf-|libva error|MESA|libGL|Fontconfig/,
];

export function isNoise(line: string, alsoExpected: readonly RegExp[] = []): boolean {
  return [...noise, ...alsoExpected].some((pattern) => pattern.test(line));
}
