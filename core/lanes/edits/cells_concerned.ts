/**
 * Updates the nodes of a lane whose links have changed, once every link is in its place.
 *
 * @module
 */
import type { NodeCell } from "../cells/node_cell.ts";
import type { Lane } from "../lane/lane.ts";
import { isInOrder, orderCells } from "./cell_order.ts";
import { reachOf } from "./edit_reach.ts";

type Cells = Map<string, NodeCell>;

/** The nodes of a lane by id. */
export function cellsById(lane: Lane): Cells {
  return new Map(lane.cells.map((cell) => [cell.id, cell]));
}

/** Seals the nodes concerned. @returns these nodes */
export function sealReach(named: ReadonlySet<string>, all: Cells): ReadonlySet<NodeCell> {
  const reach = reachOf(named, all);
  for (const cell of reach) cell.seal();
  return reach;
}

/** Orders and wakes the nodes concerned, and sends newcomers the earlier messages to all nodes. */
export function wakeReach(lane: Lane, reach: ReadonlySet<NodeCell>, all: Cells, newcomers: readonly NodeCell[]): void {
  // Newcomers come last: all nodes are ranked anew if one of them comes before a node that feeds it.
  if (!isInOrder(reach, all)) {
    lane.cells = orderCells(lane.cells);
    lane.ranksChanged();
  }
  lane.inserted(newcomers);
  for (const cell of reach) cell.notify();
}
