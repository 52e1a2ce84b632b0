/**
 * Advises what to do about a graph that has come to a stop because a link is full.
 *
 * @module
 */
import type { NodeId } from "../../ids.ts";
import type { LinkEntry, NodeEntry } from "../../graph/entries.ts";
import type { Topology } from "../../topology.ts";

/**
 * Returns advice.
 *
 * @param full the link that is full
 * @param dry inputs of its reader that wait for a frame, of links that have not ended
 * @returns for the end of a message: "raise the capacity of that link"
 */
export function stopAdvice(topology: Topology, full: LinkEntry, dry: readonly LinkEntry[]): string {
  if (!isLoopAtFault(topology, full, dry)) return "raise the capacity of that link";
  const delays = delaysOnLoop(topology, full.toNode);
  const names = delays.map(({ id }) => `"${id}"`).join(" and ");
  if (dry.length === 0 || delays.some(({ config }) => config.prime === true)) {
    return `the links of the loop through ${names} must hold all that is delayed: raise their capacity, or delay less`;
  }
  const primed = delays.find(({ type }) => "prime" in type.descriptor.config.properties);
  return primed === undefined
    ? `the loop through ${names} has no frame to begin with: let "${full.toNode}" go on without one`
    : `the loop has no frame to begin with: set "prime" on "${primed.id}"`;
}

/**
 * True if a loop through a delay keeps the reader of a full link waiting, so that no capacity of that link would help.
 */
export function isLoopAtFault(topology: Topology, full: LinkEntry, dry: readonly LinkEntry[]): boolean {
  const [delay] = delaysOnLoop(topology, full.toNode);
  if (delay === undefined) return false;
  return dry.length === 0 || dry.some(({ fromNode }) => reaches(topology, delay.id, fromNode));
}

/**
 * Returns advice for a node whose tick is under way and may have left its wait.
 *
 * @param call that it waits in, in the form that can be cancelled: `ready({ signal })`
 * @returns the end of a message
 */
export function waitAdvice(node: NodeId, call: string): string {
  return `; if a tick of "${node}" has left that wait for another one, as Promise.race() does, let it take it back: ` +
    `${call}, and abort`;
}

/** Returns the delays on loops through a node. */
function delaysOnLoop(topology: Topology, node: NodeId): NodeEntry[] {
  return [...topology.nodes.values()].filter(({ id, type }) =>
    type.descriptor.delays === true && reaches(topology, node, id) && reaches(topology, id, node)
  );
}

/** True if frames can go from one node to another, which may be the same. */
function reaches(topology: Topology, from: NodeId, to: NodeId): boolean {
  const seen = new Set([from]);
  for (const node of seen) {
    if (node === to) return true;
    for (const link of topology.links.values()) if (link.fromNode === node) seen.add(link.toNode);
  }
  return false;
}
