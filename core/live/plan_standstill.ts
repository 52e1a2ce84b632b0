/**
 * Says in which order lanes quiesce nodes for an edit.
 *
 * @module
 */
import { orderedNodes } from "../graph/order.ts";
import type { NodeId } from "../ids.ts";
import type { Standstill } from "../lanes/messages.ts";
import { standstillOf } from "../lanes/edits/standstill.ts";
import type { Topology } from "../topology.ts";

/**
 * @param topology the graph as it runs: ticks under way use its links
 * @param held native stages that stay on their lanes are left out: their ticks do not wait
 * @param moved those of the nodes that go to other lanes
 */
export function planStandstill(topology: Topology, held: Iterable<NodeId>, moved: ReadonlySet<NodeId>): Standstill {
  const ids = new Set(held);
  if (ids.size === 0) return standstillOf([]);
  // One node needs no order.
  const ordered = ids.size === 1 ? [...ids].map((id) => topology.node(id)) : orderedNodes(topology);
  const nodes = ordered.filter(({ id, type }) => ids.has(id) && (type.descriptor.lane !== "native" || moved.has(id)));
  return standstillOf(nodes.map(({ id }) => id));
}
