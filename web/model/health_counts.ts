/**
 * How many nodes and links are in which condition.
 *
 * @module
 */
import type { GraphFigures } from "./graph_figures.ts";
import { type Health, HEALTH_LEVELS } from "./health.ts";

/** One condition that occurs. */
export interface HealthCount {
  readonly health: Health;
  /** Nodes and links together. */
  readonly count: number;
}

/** Counts nodes and links by condition: only those that occur, the gravest first. */
export function countHealth(figures: Pick<GraphFigures, "nodeHealth" | "linkHealth">): HealthCount[] {
  const counts = new Map<Health, number>();
  for (const list of [figures.nodeHealth, figures.linkHealth]) {
    for (const health of list) counts.set(health, (counts.get(health) ?? 0) + 1);
  }
  return HEALTH_LEVELS.flatMap((health) => {
    const count = counts.get(health);
    return count === undefined ? [] : [{ health, count }];
  });
}
