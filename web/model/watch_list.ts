/**
 * What a phone shows of a graph: all nodes and those links that have something to tell, the gravest first.
 *
 * @module
 */
import { isCalm, labelText } from "./card_text.ts";
import type { GraphFigures } from "./graph_figures.ts";
import { HEALTH_LEVELS } from "./health.ts";

/** An entry: the index of a node or a link in the graph. */
export interface Watched {
  readonly kind: "node" | "link";
  readonly index: number;
}

/** A link that has lost frames and is well again stands below what is ill, and above what is well. */
const PAST = HEALTH_LEVELS.indexOf("healthy") - 0.5;

/** The entries, the gravest first; those of one condition in the order of the graph, links before nodes. */
export function watchList(figures: GraphFigures): Watched[] {
  const { nodeHealth, linkHealth, frame } = figures;
  const links = linkHealth.flatMap((health, index) => {
    if (labelText(figures.link(index), frame, index).fault === "") return [];
    return [{ kind: "link" as const, index, rank: isCalm(health) ? PAST : HEALTH_LEVELS.indexOf(health) }];
  });
  const nodes = nodeHealth.map((health, index) => ({
    kind: "node" as const,
    index,
    rank: HEALTH_LEVELS.indexOf(health),
  }));
  return [...links, ...nodes].sort((a, b) => a.rank - b.rank).map(({ kind, index }) => ({ kind, index }));
}
