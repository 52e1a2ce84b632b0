/**
 * Moves nodes to other lanes before a run, to the lanes that the previous run found better. The run then builds every
 * node anew, so that nodes move too that a running graph could not move.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import { logDetail } from "../log.ts";
import type { LaneMove } from "../placement/balance.ts";
import type { Topology } from "../topology.ts";

/** @param moves the moves found since; a node that the script has moved or replaced meanwhile stays on its lane */
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
