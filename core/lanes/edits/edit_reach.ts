/**
 * Finds the nodes of a lane that an edit concerns: the nodes that it names, the nodes at the ends of links that it
 * names, and their neighbours by links. All other nodes keep their admission and their wake-ups.
 * Once every link is in its place, these nodes are sealed, ordered and woken.
 *
 * @module
 */
import type { NodeCell } from "../cells/node_cell.ts";
import type { Lane } from "../lane/lane.ts";
import { graphOrder } from "../../graph/order.ts";
import type { LinkPlan } from "../../links/link.ts";
import type { LaneEdit } from "../messages.ts";

type Cells = ReadonlyMap<string, NodeCell>;

/**
 * Returns the nodes that an edit names, and those at the ends of links that it names: by id, on any lane.
 *
 * @param newcomers nodes that the edit has built
 */
export function namedBy(edit: LaneEdit, newcomers: Iterable<string>): Set<string> {
  const { loops, grow, ports, bypass, configure, detach, attach, lost, moves } = edit;
  const named = new Set<string>(newcomers);
  for (const { node } of [...loops, ...grow, ...ports, ...bypass, ...configure]) named.add(node);
  addEnds(named, [...detach, ...attach, ...lost.map(({ end }) => end)].map(({ link }) => link));
  addEnds(named, moves.map(({ after }) => after));
  return named;
}

/** Adds the nodes at the ends of links. */
export function addEnds(named: Set<string>, links: readonly LinkPlan[]): void {
  for (const { fromNode, toNode } of links) named.add(fromNode).add(toNode);
}

/** Returns the named nodes among `cells`, and the nodes of `cells` that links join to them. */
export function reachOf(named: ReadonlySet<string>, cells: Cells): Set<NodeCell> {
  const reach = new Set<NodeCell>();
  const add = (id: string) => {
    const cell = cells.get(id);
    if (cell !== undefined) reach.add(cell);
  };
  for (const id of named) {
    const cell = cells.get(id);
    if (cell === undefined) continue;
    reach.add(cell);
    for (const { link } of cell.inputs) if (link !== undefined) add(link.plan.fromNode);
    for (const { links } of cell.outputs) for (const { plan } of links) add(plan.toNode);
  }
  return reach;
}

/**
 * True if nodes come after all nodes that feed them.
 *
 * @param changed nodes whose order may be wrong
 * @param all the nodes of the lane, ranked
 */
export function isInOrder(changed: Iterable<NodeCell>, all: Cells): boolean {
  for (const cell of changed) {
    for (const { fromNode } of orderingLinks(cell)) {
      const feeding = all.get(fromNode);
      if (feeding !== undefined && feeding.rank > cell.rank) return false;
    }
  }
  return true;
}

/** Puts each node before the nodes that it feeds; nodes that no link orders keep their places. */
export function orderCells(cells: readonly NodeCell[]): NodeCell[] {
  const byId = new Map<string, NodeCell>(cells.map((cell) => [cell.id, cell]));
  const edges = cells.flatMap((cell) =>
    orderingLinks(cell).filter(({ fromNode }) => byId.has(fromNode))
      .map(({ fromNode, toNode }) => ({ from: fromNode, to: toNode }))
  );
  return graphOrder([...byId.keys()], edges).map((id) => byId.get(id)!);
}

/** Returns the links into a node that close no loop. */
function orderingLinks({ inputs }: NodeCell): LinkPlan[] {
  return inputs.flatMap(({ link }) => link === undefined || link.plan.feedback === true ? [] : link.plan);
}

/** The nodes of a lane by id. */
export function cellsById(lane: Lane): Map<string, NodeCell> {
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
