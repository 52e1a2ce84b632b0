/**
 * Links two ends through converters.
 *
 * @module
 */
import type { ConversionStep } from "./conversion.ts";
import type { LinkEntry } from "./entries.ts";
import type { LinkEnd } from "./link_rules.ts";

/** A graph that takes converters. */
export interface ConvertingGraph {
  /** Adds the node of a step. */
  add(step: ConversionStep): Omit<LinkEnd, "port">;
  link(from: LinkEnd, to: LinkEnd): LinkEntry;
  /** Removes an added node, if present. */
  remove(id: string): void;
}

/**
 * Links two ends through the nodes of a plan, which it adds. After an error none of them stays.
 *
 * @returns the last link
 * @throws the errors of the graph
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
