/**
 * Plans the order in which lanes quiesce nodes for an edit.
 *
 * @module
 */
import { orderedNodes } from "../graph/order.ts";
import type { NodeId } from "../ids.ts";
import type { Standstill } from "../lanes/messages.ts";
import { standstillOf } from "../lanes/edits/standstill.ts";
import type { Topology } from "../topology.ts";

/**
 * Returns the plan.
 *
 * @param topology the running graph, whose links ticks under way use
 * @param held nodes; native stages that stay on their lanes are left out, since their ticks do not wait
 * @param moved the held nodes that go to other lanes
 */
export function planStandstill(topology: Topology, held: Iterable<NodeId>, moved: ReadonlySet<NodeId>): Standstill {
  const ids = new Set(held);
  if (ids.size === 0) return standstillOf([]);
  // A single node needs no order.
  const ordered = ids.size === 1 ? [...ids].map((id) => topology.node(id)) : orderedNodes(topology);
  const nodes = ordered.filter(({ id, type }) => ids.has(id) && (type.descriptor.lane !== "native" || moved.has(id)));
  return standstillOf(nodes.map(({ id }) => id));
}
