/**
 * In which order a table lists nodes or links.
 *
 * @module
 */
import { type Health, HEALTH_LEVELS } from "./health.ts";

/** The orders to choose from. */
export const ROW_ORDERS = ["graph", "gravest", "busiest"] as const;

/** An order. */
export type RowOrder = typeof ROW_ORDERS[number];

/** What rows are ordered by. */
export interface RowFigures {
  health(index: number): Health;
  /** What makes a row busy; `NaN` if not known. */
  activity(index: number): number;
}

/** Puts rows into an order; rows that are equal in it keep theirs. */
export function orderRows(rows: readonly number[], order: RowOrder, figures: RowFigures): readonly number[] {
  if (order === "graph") return rows;
  if (order === "gravest") {
    const gravity = new Map(rows.map((row) => [row, HEALTH_LEVELS.indexOf(figures.health(row))]));
    return rows.toSorted((a, b) => gravity.get(a)! - gravity.get(b)!);
  }
  // Activity in steps: rows do not change places over a hundredth.
  const step = (row: number) => {
    const activity = figures.activity(row);
    return activity > 0 ? Math.round(Math.log2(activity) * 2) : -Infinity;
  };
  const steps = new Map(rows.map((row) => [row, step(row)]));
  return rows.toSorted((a, b) => steps.get(a) === steps.get(b) ? 0 : steps.get(b)! - steps.get(a)!);
}
