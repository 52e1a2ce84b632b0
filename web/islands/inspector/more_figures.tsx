/** @module The few figures that matter, and the others below them on demand. */
import type { JSX } from "preact";
import { type FigureItem, FigureList } from "../../components/figure_list.tsx";
import { details } from "../../state/details.ts";

interface MoreFiguresProps {
  readonly main: readonly FigureItem[];
  readonly more: readonly FigureItem[];
}

export function MoreFigures({ main, more }: MoreFiguresProps): JSX.Element {
  return (
    <>
      <FigureList items={main} large />
      <details class="more-figures" open={details.value}>
        <summary>More figures</summary>
        <FigureList items={more} />
      </details>
    </>
  );
}
