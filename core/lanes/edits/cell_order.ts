/**
 * The order in which a lane runs its nodes: each node before those that it feeds by links within the lane. Links that
 * close loops, and those from other lanes, do not count.
 *
 * @module
 */
import { graphOrder } from "../../graph/order.ts";
import type { LinkPlan } from "../../links/link.ts";
import type { LinkedCell } from "./edit_reach.ts";

/** A node that has a rank on its lane. */
export interface RankedCell extends Pick<LinkedCell, "inputs"> {
  readonly id: string;
  readonly rank: number;
}

/**
 * True if nodes come after all nodes that feed them.
 *
 * @param changed nodes whose order may be wrong
 * @param all the nodes of the lane, ranked
 */
export function isInOrder<C extends RankedCell>(changed: Iterable<C>, all: ReadonlyMap<string, C>): boolean {
  for (const cell of changed) {
    for (const { fromNode } of orderingLinks(cell)) {
      const feeding = all.get(fromNode);
      if (feeding !== undefined && feeding.rank > cell.rank) return false;
    }
  }
  return true;
}

/** Puts each node before the nodes that it feeds; nodes that no link orders keep their places. */
export function orderCells<C extends RankedCell>(cells: readonly C[]): C[] {
  const byId = new Map<string, C>(cells.map((cell) => [cell.id, cell]));
  const edges = cells.flatMap((cell) =>
    orderingLinks(cell).filter(({ fromNode }) => byId.has(fromNode))
      .map(({ fromNode, toNode }) => ({ from: fromNode, to: toNode }))
  );
  return graphOrder([...byId.keys()], edges).map((id) => byId.get(id)!);
}

/** Returns the links into a node that close no loop. */
function orderingLinks({ inputs }: Pick<RankedCell, "inputs">): LinkPlan[] {
  return inputs.flatMap(({ link }) => link === undefined || link.plan.feedback === true ? [] : link.plan);
}
