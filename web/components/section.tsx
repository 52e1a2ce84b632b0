/** @module A part of the inspector with a heading that opens and closes it. */
import type { ComponentChildren, JSX } from "preact";

export function Section(
  { title, open = true, children }: {
    readonly title: string;
    readonly open?: boolean;
    readonly children: ComponentChildren;
  },
): JSX.Element {
  return (
    <details class="section" open={open}>
      <summary>{title}</summary>
      <div class="section-body">{children}</div>
    </details>
  );
}
