/**
 * Finds loops in a graph: frames that come back to a node would wait on themselves.
 *
 * @module
 */

/** A step of a graph from one node to another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** A loop: the edge that closes it, and the nodes on it, from that edge's target round to it again. */
export interface Cycle<E extends Edge> {
  readonly closing: E;
  readonly path: readonly string[];
}

/** Finds at least one loop wherever there is one; `[]` for a graph without. Not recursive: long chains are fine. */
export function findCycles<E extends Edge>(edges: readonly E[]): Cycle<E>[] {
  const outgoing = new Map<string, E[]>();
  for (const edge of edges) {
    const list = outgoing.get(edge.from);
    if (list === undefined) outgoing.set(edge.from, [edge]);
    else list.push(edge);
  }
  const cycles: Cycle<E>[] = [];
  const done = new Set<string>();
  for (const start of outgoing.keys()) {
    if (done.has(start)) continue;
    /** The chain from `start` to where the search stands, with the next edge to try of each node. */
    const chain: { node: string; next: number }[] = [{ node: start, next: 0 }];
    const position = new Map<string, number>([[start, 0]]);
    while (chain.length > 0) {
      const top = chain[chain.length - 1];
      const edge = outgoing.get(top.node)?.[top.next++];
      if (edge === undefined) {
        done.add(top.node);
        position.delete(top.node);
        chain.pop();
        continue;
      }
      const seenAt = position.get(edge.to);
      if (seenAt !== undefined) {
        cycles.push({ closing: edge, path: [...chain.slice(seenAt).map(({ node }) => node), edge.to] });
      } else if (!done.has(edge.to)) {
        position.set(edge.to, chain.length);
        chain.push({ node: edge.to, next: 0 });
      }
    }
  }
  return cycles;
}
