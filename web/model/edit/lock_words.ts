/**
 * Why commands would not change a node or a link, in words; `""` where they would.
 *
 * @module
 */
import type { GraphSnapshot, LinkInfo, NodeInfo } from "../../../control/schemas/graph.ts";

/** Why nothing of the graph can be changed. */
export function graphLock(graph: GraphSnapshot | undefined): string {
  return graph?.locked === true
    ? "The graph is served with a lock: it can be watched and controlled, not changed."
    : "";
}

/** Why a node can be neither removed nor replaced, nor moved or renamed. */
export function nodeLock(graph: GraphSnapshot | undefined, { id, locked }: NodeInfo): string {
  if (graph?.locked === true || locked === undefined) return graphLock(graph);
  return `${locked === id ? "It records" : `${locked} records its frames`}: pause or stop the graph to change it.`;
}

/** Why a link cannot be removed: its frames are recorded. */
export function linkLock(graph: GraphSnapshot, { toNode }: LinkInfo): string {
  const recorder = graph.nodes.find(({ id }) => id === toNode)?.locked;
  if (graph.locked === true || recorder === undefined) return graphLock(graph);
  return `${recorder} records what it carries: pause or stop the graph to remove it.`;
}
