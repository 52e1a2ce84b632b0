/**
 * Orders the nodes of a graph so that each node precedes those that it links to. Links that close loops do not count.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import type { Connection } from "./connection_manager.ts";
import { feedbackLinks, type LoopGraph } from "./loops.ts";

/** A step from one node to another. */
interface Edge {
  readonly from: string;
  readonly to: string;
}

/** The part of a graph that determines the order of its nodes. */
export interface OrderGraph<N, L extends Connection> extends LoopGraph<L> {
  readonly nodes: ReadonlyMap<NodeId, N>;
}

/** Returns the nodes of a graph, each before those that it links to. Links that close loops do not count. */
export function orderedNodes<N, L extends Connection>(graph: OrderGraph<N, L>): N[] {
  const { nodes, connections } = graph;
  const feedback = feedbackLinks(graph);
  const ids: NodeId[] = [];
  const edges: Edge[] = [];
  nodes.forEach((_, id) => ids.push(id));
  connections.all.forEach((link) => {
    if (!feedback.has(link)) edges.push({ from: link.fromNode, to: link.toNode });
  });
  return graphOrder(ids, edges).map((id) => nodes.get(id as NodeId)!);
}

/** Sorts nodes by the links between them; nodes that no link orders keep their places. Not recursive. */
export function graphOrder(nodes: readonly string[], edges: readonly Edge[]): string[] {
  const places = new Map<string, number>();
  for (let k = 0; k < nodes.length; k++) places.set(nodes[k], k);
  const { targets, first, fed } = placeEdges(places, edges);
  /** For each node, the end of its untaken edges: the last one is taken first. */
  const left = first.slice(1);
  const seen = new Uint8Array(nodes.length);
  /** The finished nodes: each comes after all nodes that it reaches. */
  const finished: string[] = [];
  const chain: number[] = [];
  const finishFrom = (start: number) => {
    if (seen[start] === 1) return;
    seen[start] = 1;
    chain.push(start);
    while (chain.length > 0) {
      const top = chain[chain.length - 1];
      if (left[top] === first[top]) {
        finished.push(nodes[top]);
        chain.pop();
        continue;
      }
      const next = targets[--left[top]];
      if (seen[next] === 1) continue;
      seen[next] = 1;
      chain.push(next);
    }
  };
  // Takes sources first, so that a loop is entered where the graph feeds it. Runs backwards, because the result is
  // reversed.
  for (let k = nodes.length - 1; k >= 0; k--) if (fed[k] === 0) finishFrom(k);
  for (let k = nodes.length - 1; k >= 0; k--) if (fed[k] === 1) finishFrom(k);
  return finished.reverse();
}

/** @returns the targets of edges, node by node: those of node `k` from `first[k]` on */
function placeEdges(places: ReadonlyMap<string, number>, edges: readonly Edge[]): {
  readonly targets: Int32Array;
  readonly first: Int32Array;
  /** 1 for nodes with an edge into them. */
  readonly fed: Uint8Array;
} {
  const first = new Int32Array(places.size + 1);
  const fed = new Uint8Array(places.size);
  const from = new Int32Array(edges.length);
  for (let k = 0; k < edges.length; k++) first[(from[k] = places.get(edges[k].from)!) + 1]++;
  for (let k = 0; k < places.size; k++) first[k + 1] += first[k];
  const targets = new Int32Array(edges.length);
  const next = first.slice();
  for (let k = 0; k < edges.length; k++) {
    const to = places.get(edges[k].to)!;
    targets[next[from[k]]++] = to;
    fed[to] = 1;
  }
  return { targets, first, fed };
}
