/**
 * Finds the loops of a graph: the links that close them, and whether each has a delay.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { Connection, ConnectionManager } from "./connection_manager.ts";

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
