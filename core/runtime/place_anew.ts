/**
 * Puts nodes on other lanes before a run, as the run before has shown to be better. Every node is built anew then, so
 * that those go too which cannot be moved while the graph runs.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import { logDetail } from "../log.ts";
import type { LaneMove } from "../placement/balance.ts";
import type { Topology } from "../topology.ts";

/** @param moves what was found since; a node that somebody has moved or replaced meanwhile stays where it is */
export function placeAnew(topology: Topology, moves: readonly LaneMove[]): void {
  const wanted = moves.flatMap(({ id, from, to }) => {
    const node = topology.nodes.get(id as NodeId);
    return node?.autoPlaced && node.lane === from ? [{ node, to }] : [];
  });
  if (wanted.length === 0) return;
  const draft = topology.draft();
  for (const { node, to } of wanted) draft.moveNode(node.id, to, undefined, true);
  topology.adopt(draft);
  logDetail("runtime", "debug", () => {
    const placed = wanted.map(({ node, to }) => `"${node.id}" from lane "${node.lane}" to lane "${to}"`);
    return [`Begins with nodes on other lanes, as the run before has measured: ${placed.join(", ")}`];
  });
  topology.recycle(wanted.map(({ node }) => node), []);
}
