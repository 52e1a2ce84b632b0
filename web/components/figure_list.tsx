/** @module Figures with their names, in columns. */
import type { ComponentChildren, JSX } from "preact";

/** One figure. */
export interface FigureItem {
  readonly name: string;
  readonly value: ComponentChildren;
  /** For tests and scripts: `data-figure`. */
  readonly key: string;
  /** What the name means, in a sentence. */
  readonly title?: string;
  readonly bad?: boolean;
}

/** @param large for the few that matter */
export function FigureList(
  { items, large = false }: { readonly items: readonly FigureItem[]; readonly large?: boolean },
): JSX.Element {
  return (
    <dl class={large ? "figures large" : "figures"}>
      {items.map(({ name, value, key, title, bad }) => (
        <div key={key} title={title}>
          <dt>{name}</dt>
          <dd class={bad === true ? "bad" : ""} data-figure={key}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
