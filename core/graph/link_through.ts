/**
 * Links two ends by nodes that convert.
 *
 * @module
 */
import type { ConversionStep } from "./conversion.ts";
import type { LinkEntry } from "./entries.ts";
import type { LinkEnd } from "./link_rules.ts";

/** A graph that nodes are put into. */
export interface ConvertingGraph {
  /** Adds the node of a step. */
  add(step: ConversionStep): Omit<LinkEnd, "port">;
  link(from: LinkEnd, to: LinkEnd): LinkEntry;
  /** Removes a node that was added, if it is there. */
  remove(id: string): void;
}

/**
 * Links two ends by way of the nodes of a plan, each of which is put in. Where that fails none of them stays.
 *
 * @returns the last of the links
 * @throws what the graph throws
 */
export function linkThrough(
  steps: readonly ConversionStep[],
  from: LinkEnd,
  to: LinkEnd,
  graph: ConvertingGraph,
): LinkEntry {
  const added: string[] = [];
  try {
    let end = from;
    for (const step of steps) {
      const node = graph.add(step);
      added.push(node.nodeId);
      graph.link(end, { ...node, port: step.input });
      end = { ...node, port: step.output };
    }
    return graph.link(end, to);
  } catch (error) {
    for (const id of added) graph.remove(id);
    throw error;
  }
}
