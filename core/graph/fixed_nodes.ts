/**
 * Finds out why nodes stay on their lanes, as far as the graph alone determines it.
 *
 * @module
 */
import { asksFor, scheduleOf } from "../placement/schedule.ts";
import type { Topology } from "../topology.ts";
import type { NodeEntry } from "./entries.ts";

/**
 * Returns why the runtime does not move a node.
 *
 * @returns the reason in words: "a link joins it to native stage "mic""; `undefined` if the graph allows a move
 */
export function whyFixed({ connections, nodes }: Topology, node: NodeEntry): string | undefined {
  const { type: { descriptor }, autoPlaced, id } = node;
  if (descriptor.lane === "native") return "it is a native stage";
  if (descriptor.lane === "main") return "its type runs on lane main only";
  if (!autoPlaced) return asksFor(scheduleOf(node)) ? "it asks for a priority or processors" : "the graph places it";
  if (descriptor.mode === "external") return "a device or a socket drives it";
  if (descriptor.isAsync) return "what its ticks take cannot be measured, since they are asynchronous";
  if (descriptor.usesEventLoop) return "it has work in its event loop beside its ticks";
  const neighbours = connections.at(id).map(({ fromNode, toNode }) => fromNode === id ? toNode : fromNode);
  const native = neighbours.find((each) => nodes.get(each)?.type.descriptor.lane === "native");
  return native === undefined ? undefined : `a link joins it to native stage "${native}"`;
}
