/**
 * How many nodes and links are in which condition.
 *
 * @module
 */
import { formatCount } from "./format_figures.ts";
import type { GraphFigures } from "./graph_figures.ts";
import { type Health, HEALTH_LEVELS } from "./health.ts";

/** One condition that occurs. */
export interface HealthCount {
  readonly health: Health;
  readonly nodes: number;
  readonly links: number;
}

/** Counts nodes and links by condition: only those that occur, the gravest first. */
export function countHealth(figures: Pick<GraphFigures, "nodeHealth" | "linkHealth">): HealthCount[] {
  const [nodes, links] = [countOf(figures.nodeHealth), countOf(figures.linkHealth)];
  return HEALTH_LEVELS
    .map((health) => ({ health, nodes: nodes.get(health) ?? 0, links: links.get(health) ?? 0 }))
    .filter((each) => each.nodes + each.links > 0);
}

/** `7 nodes, 6 links`; leaves out what does not occur. */
export function countWords({ nodes, links }: HealthCount): string {
  const some = [[nodes, "node"], [links, "link"]] as const;
  return some.filter(([count]) => count > 0)
    .map(([count, word]) => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`).join(", ");
}

function countOf(list: readonly Health[]): ReadonlyMap<Health, number> {
  const counts = new Map<Health, number>();
  for (const health of list) counts.set(health, (counts.get(health) ?? 0) + 1);
  return counts;
}
