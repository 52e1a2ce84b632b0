/**
 * A graph with some of its lanes folded: each of these is one node, and the links that begin or end in it lead to that
 * node. Links between the same two ends, of which one at least is a folded lane, are one. What is shown is again a
 * graph, so that layout, scene, painters and keys know nothing of folding; this module tells which of its nodes and
 * links stand for which of the whole graph.
 *
 * @module
 */
import type { GraphSnapshot, LinkInfo, NodeInfo } from "../../control/schemas/graph.ts";

/** A graph of so many nodes starts folded, if it has at least so many lanes: below that a picture of it says more. */
const FOLDED_FROM_NODES = 40;
const FOLDED_FROM_LANES = 3;

/** Ports of a folded lane. */
const PORT: Omit<NodeInfo["inputs"][number], "name"> = { kind: "", type: "", optional: true };

/** A folded graph. Indices are those of the lists of {@linkcode Folding.whole} and {@linkcode Folding.shown}. */
export interface Folding {
  /** The graph as it runs. */
  readonly whole: GraphSnapshot;
  /** The graph that is drawn; `whole` itself if no lane is folded. */
  readonly shown: GraphSnapshot;
  /** The folded lane that each shown node stands for; `undefined` for a node of its own. */
  readonly lanes: readonly (string | undefined)[];
  /** Nodes of the whole graph that each shown node stands for. */
  readonly nodes: readonly (readonly number[])[];
  /** Links of the whole graph that each shown link stands for. */
  readonly links: readonly (readonly number[])[];
  /** Links of the whole graph inside each shown node. */
  readonly inner: readonly (readonly number[])[];
  /** The shown node of each node of the whole graph. */
  readonly nodeOf: readonly number[];
  /** The shown link of each link of the whole graph; -1 for one inside a folded lane. */
  readonly linkOf: readonly number[];
}

/** Folds lanes. @param folded their names; those that the graph does not have count for nothing */
export function foldLanes(whole: GraphSnapshot, folded: ReadonlySet<string>): Folding {
  const nodes: number[][] = [];
  const lanes: (string | undefined)[] = [];
  const infos: NodeInfo[] = [];
  const foldOf = new Map<string, number>();
  const nodeOf = whole.nodes.map((node, k) => {
    const isFolded = folded.has(node.lane);
    let shown = isFolded ? foldOf.get(node.lane) : undefined;
    if (shown === undefined) {
      shown = nodes.push([]) - 1;
      lanes.push(isFolded ? node.lane : undefined);
      infos.push(isFolded ? foldedNode(node.lane) : node);
      if (isFolded) foldOf.set(node.lane, shown);
    }
    nodes[shown].push(k);
    return shown;
  });
  const inner: number[][] = nodes.map(() => []);
  const links: number[][] = [];
  const drawn: LinkInfo[] = [];
  const linkOfEnds = new Map<string, number>();
  const indices = new Map(whole.nodes.map(({ id }, k) => [id, k]));
  const linkOf = whole.links.map((link, k) => {
    const from = nodeOf[indices.get(link.fromNode) ?? 0];
    const to = nodeOf[indices.get(link.toNode) ?? 0];
    if (from === to && lanes[from] !== undefined) {
      inner[from].push(k);
      return -1;
    }
    const fromPort = lanes[from] === undefined ? link.fromPort : "out";
    const toPort = lanes[to] === undefined ? link.toPort : "in";
    const isFree = lanes[from] === undefined && lanes[to] === undefined;
    const ends = isFree ? link.id : `\n${from}\n${fromPort}\n${to}\n${toPort}`;
    const known = linkOfEnds.get(ends);
    if (known !== undefined) {
      links[known].push(k);
      return known;
    }
    const at = links.push([k]) - 1;
    linkOfEnds.set(ends, at);
    // The id of its first link: no other that is shown has it.
    drawn.push({ ...link, fromNode: infos[from].id, fromPort, toNode: infos[to].id, toPort });
    return at;
  });
  const isWhole = foldOf.size === 0;
  const shown = isWhole ? whole : { ...whole, nodes: infos, links: drawn };
  return { whole, shown, lanes, nodes, links, inner, nodeOf, linkOf };
}

/** The lanes that start folded: all lanes of a graph that is too large to be seen whole, otherwise none. */
export function foldedAtFirst({ nodes }: GraphSnapshot): ReadonlySet<string> {
  const lanes = new Set(nodes.map(({ lane }) => lane));
  const isLarge = nodes.length >= FOLDED_FROM_NODES && lanes.size >= FOLDED_FROM_LANES;
  return isLarge ? lanes : new Set();
}

/** Ids of nodes hold no newline. */
function foldedNode(lane: string): NodeInfo {
  return {
    id: `\n${lane}`,
    type: "",
    lane,
    category: "",
    inputs: [{ ...PORT, name: "in" }],
    outputs: [{ ...PORT, name: "out" }],
  };
}
