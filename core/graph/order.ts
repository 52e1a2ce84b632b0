/**
 * The order of nodes along their links, and the loops that have none: the links that close them, and their delays.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import type { Connection, ConnectionManager } from "./connection_manager.ts";
import { SluiceError } from "../errors.ts";

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

/** The part of a graph that determines its loops. */
export interface LoopGraph<L extends Connection> {
  readonly connections: ConnectionManager<L>;
  /** Nodes that delay. */
  readonly delaying: ReadonlySet<NodeId>;
}

/**
 * Returns the links that close loops. For each loop this is the link, downstream of a delaying node, into the first
 * node that other links feed too; for a loop that nothing feeds, the link from the delay. Without these links the graph
 * has no loop.
 */
export function feedbackLinks<L extends Connection>({ connections, delaying }: LoopGraph<L>): Set<L> {
  const feedback = new Set<L>();
  if (delaying.size === 0) return feedback;
  const links = connections.all;
  const fed = new Map<NodeId, number>();
  for (const { toNode } of links.values()) fed.set(toNode, (fed.get(toNode) ?? 0) + 1);
  const closes = (link: L) => findPath(connections, link.toNode, link.fromNode, undefined, feedback) !== undefined;
  const delayed = [...links.values()].filter((link) => delaying.has(link.fromNode));
  // Downstream of the delay, the first node where the loop meets another input.
  const seen = new Set(delayed);
  for (const link of seen) {
    if (!closes(link)) continue;
    if (fed.get(link.toNode)! > 1) feedback.add(link);
    else for (const next of connections.fromNode(link.toNode)) seen.add(next);
  }
  for (const link of delayed) {
    if (closes(link)) feedback.add(link);
  }
  return feedback;
}

/**
 * @param by the new or existing link
 * @param does the verb for the message: `closes`
 * @throws {SluiceError} `CycleWithoutDelay` if the link is on a loop without a delaying node
 */
export function assertDelayed<L extends Connection>(
  { connections, delaying }: LoopGraph<L>,
  attempt: string,
  by: Omit<Connection, "id">,
  does: "closes" | "leaves" = "closes",
): void {
  const path = findPath(connections, by.toNode, by.fromNode, (id) => delaying.has(id));
  if (path === undefined) return;
  const round = [...path, by.toNode].map((id) => `"${id}"`);
  const shown = round.length <= 12 ? round : [...round.slice(0, 6), "…", ...round.slice(-5)];
  throw new SluiceError(
    "CycleWithoutDelay",
    `${attempt}: it ${does} a loop with no delay in it: ${
      shown.join(" -> ")
    }; put a node that delays on it, or take one of its links out`,
    { nodeId: by.toNode, port: by.toPort },
  );
}

/**
 * Returns the nodes on a way from one node to another, with both ends.
 *
 * @param avoid nodes that the way may not visit
 * @param without links that the way may not use
 */
function findPath<L extends Connection>(
  connections: ConnectionManager<L>,
  start: NodeId,
  goal: NodeId,
  avoid: (node: NodeId) => boolean = () => false,
  without: ReadonlySet<L> = new Set(),
): NodeId[] | undefined {
  if (avoid(start) || avoid(goal)) return undefined;
  if (start !== goal && connections.intoNode(goal).length === 0) return undefined;
  const cameFrom = new Map<NodeId, NodeId | undefined>([[start, undefined]]);
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === goal) {
      const path: NodeId[] = [];
      for (let at: NodeId | undefined = node; at !== undefined; at = cameFrom.get(at)) path.push(at);
      return path.reverse();
    }
    for (const link of connections.fromNode(node)) {
      const { toNode } = link;
      if (cameFrom.has(toNode) || without.has(link) || avoid(toNode)) continue;
      cameFrom.set(toNode, node);
      open.push(toNode);
    }
  }
  return undefined;
}
