/**
 * The order in which the nodes of a graph come: each before those that its links lead to. A link that closes a loop
 * is left out of account.
 *
 * @module
 */
import type { Edge } from "./cycles.ts";

/** Sorts nodes by the links between them; nodes that no link orders keep their places. Not recursive. */
export function graphOrder(nodes: readonly string[], edges: readonly Edge[]): string[] {
  const outgoing = new Map<string, string[]>(nodes.map((node) => [node, []]));
  const fed = new Set<string>();
  for (const { from, to } of edges) {
    outgoing.get(from)?.push(to);
    fed.add(to);
  }
  const seen = new Set<string>();
  /** Each node after all that can be reached from it. */
  const finished: string[] = [];
  // Sources first, so that a loop is entered where the graph feeds it. From the back, because the result is reversed.
  const sources = nodes.filter((node) => !fed.has(node)).reverse();
  for (const start of [...sources, ...nodes.filter((node) => fed.has(node)).reverse()]) {
    if (seen.has(start)) continue;
    seen.add(start);
    const chain = [{ node: start, left: [...outgoing.get(start)!] }];
    while (chain.length > 0) {
      const top = chain[chain.length - 1];
      const next = top.left.pop();
      if (next === undefined) {
        finished.push(top.node);
        chain.pop();
      } else if (!seen.has(next)) {
        seen.add(next);
        chain.push({ node: next, left: [...outgoing.get(next)!] });
      }
    }
  }
  return finished.reverse();
}
