import type { ReactNode } from 'react';

/** Text as a program printed it. It may scroll, so it can be reached by keyboard and has a name. */
export function LogText({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="code" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
