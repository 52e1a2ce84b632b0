/**
 * Where nodes stand: layers from left to right inside each lane, and the lanes beside or below each other as boxes of a
 * layer order of their own. Two steps, because one layout of everything mixes the lanes. What no link joins is packed
 * into columns. The result depends on the input alone.
 *
 * 1,000 nodes take more than half a second, and where many links cross, minutes: call it in a worker. A simple layout
 * of any graph takes a few milliseconds.
 *
 * @module
 */
import dagre from "@dagrejs/dagre";
import { boundsOf, type Rect } from "./geometry.ts";
import { placeInLayers } from "./layered.ts";
import { connectedGroups, packBoxes, type Size } from "./pack.ts";
import { untangle } from "./untangle.ts";

/** Size of a node, and where its ports begin, in world units. */
export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 76;

/** Room that a lane's box leaves around its nodes, and for its title above them. */
export const LANE_PADDING = 18;
export const LANE_TITLE = 30;
/** Between columns there is room for a link's label. */
const COLUMN_GAP = 108;
export const ROW_GAP = 26;
const GROUP_GAP = 40;
const LANE_GAP = 92;
const STACK_GAP = 56;

/** This many lanes beside each other make each of them narrower. */
const MAX_ABREAST = 5;

/** Nodes at most of a graph of which both arrangements of lanes are tried. */
const MAX_COMPARED = 100;

/**
 * Lanes beside each other are left so where they can be shown this large: links between them are the shortest, and all
 * of them lead from left to right.
 */
const GOOD_SCALE = 0.72;

/** A room of less width by height is clearly higher than wide. */
const HIGH_ASPECT = 0.75;

/** Nodes of a lane at most for which crossings are counted. */
const MAX_UNTANGLED = 300;

/** What is laid out. Nodes are numbered by their place in the list. */
export interface LayoutInput {
  /** The lane of each node. */
  readonly lanes: readonly string[];
  /** Pairs of node numbers: from, to. */
  readonly links: readonly (readonly [number, number])[];
  /** Lanes below each other; by default beside each other, or as `room` says. */
  readonly stacked?: boolean;
  /**
   * The room that it is shown in, pixels: a small graph that would be small there is laid out so that it is larger, and
   * the lanes of another stand below each other where the room is clearly higher than wide.
   */
  readonly room?: Size;
  /** Layers by a single pass, with more crossings. */
  readonly simple?: boolean;
}

/** A lane and the box around its nodes. */
export interface LaneBox extends Rect {
  readonly name: string;
}

/** Where everything stands. */
export interface Layout {
  /** Left edge of each node, world units. */
  readonly x: Float64Array;
  /** Upper edge of each node, world units. */
  readonly y: Float64Array;
  /** In the order in which the lanes first appear. */
  readonly lanes: readonly LaneBox[];
  /** Around everything. */
  readonly bounds: Rect;
  /** It is a simple one. */
  readonly simple: boolean;
}

/** A layout of no nodes. */
export const EMPTY_LAYOUT: Layout = {
  x: new Float64Array(0),
  y: new Float64Array(0),
  lanes: [],
  bounds: { x: 0, y: 0, width: 0, height: 0 },
  simple: false,
};

interface Block {
  readonly name: string;
  readonly nodes: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** Lays a graph out. */
export function layoutGraph(input: LayoutInput): Layout {
  const { lanes, simple = false, stacked, room } = input;
  if (lanes.length === 0) return EMPTY_LAYOUT;
  if (stacked !== undefined || room === undefined) return arrange(input, stacked ?? false);
  if (simple || lanes.length > MAX_COMPARED) return arrange(input, room.width / room.height < HIGH_ASPECT);
  const scale = ({ bounds }: Layout) => Math.min(room.width / bounds.width, room.height / bounds.height);
  const beside = arrange(input, false);
  if (scale(beside) >= GOOD_SCALE) return beside;
  const below = arrange(input, true);
  return scale(below) > scale(beside) ? below : beside;
}

function arrange({ lanes, links, simple = false }: LayoutInput, stacked: boolean): Layout {
  const x = new Float64Array(lanes.length);
  const y = new Float64Array(lanes.length);
  const byLane = new Map<string, number[]>();
  lanes.forEach((lane, node) => {
    const nodes = byLane.get(lane);
    if (nodes === undefined) byLane.set(lane, [node]);
    else nodes.push(node);
  });
  const inner = new Map<string, [number, number][]>();
  const between = new Map<string, Map<string, number>>();
  for (const [from, to] of links) {
    const [a, b] = [lanes[from], lanes[to]];
    if (a === b) push(inner, a, [from, to]);
    else count(between, a, b);
  }
  // Lanes that stand beside each other are high ones, so that all of them together have the shape of a screen.
  const aspect = stacked ? aspectOf(true) : aspectOf(false) / Math.min(MAX_ABREAST, byLane.size);
  const places = { x, y, aspect, simple };
  const blocks = [...byLane].map(([name, nodes]) => arrangeLane(name, nodes, inner.get(name) ?? [], places));
  const boxes = arrangeBlocks(blocks, between, stacked, simple);
  blocks.forEach((block, k) => {
    for (const node of block.nodes) {
      x[node] += boxes[k].x + LANE_PADDING;
      y[node] += boxes[k].y + LANE_TITLE;
    }
  });
  return { x, y, lanes: boxes, bounds: boundsOf(boxes), simple };
}

/** Where nodes are placed, and how. */
interface Places {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Width by height that is wanted of a lane. */
  readonly aspect: number;
  readonly simple: boolean;
}

/** Places the nodes of one lane, from (0, 0) on: what hangs together by layers, and such groups beside each other. */
function arrangeLane(
  name: string,
  nodes: readonly number[],
  links: readonly (readonly [number, number])[],
  { x, y, aspect, simple }: Places,
): Block {
  const groups = connectedGroups(nodes, links);
  const groupOf = new Map(groups.flatMap((group, k) => group.map((node) => [node, k] as const)));
  const inner: [number, number][][] = groups.map(() => []);
  for (const [from, to] of links) inner[groupOf.get(from)!].push([from, to]);
  const sizes = groups.map((group, k) => arrangeGroup(group, inner[k], { x, y, aspect, simple }));
  const places = packBoxes(sizes, GROUP_GAP, aspect);
  groups.forEach((group, k) => {
    for (const node of group) {
      x[node] += places[k].x;
      y[node] += places[k].y;
    }
  });
  const bounds = boundsOf(places.map((at, k) => ({ ...sizes[k], ...at })));
  return {
    name,
    nodes,
    width: bounds.width + 2 * LANE_PADDING,
    height: bounds.height + LANE_TITLE + LANE_PADDING,
  };
}

/** Places nodes that hang together, from (0, 0) on. */
function arrangeGroup(
  nodes: readonly number[],
  links: readonly (readonly [number, number])[],
  { x, y, simple }: Places,
): Size {
  if (simple) {
    const numbers = new Map(nodes.map((node, k) => [node, k]));
    const pairs = links.map(([from, to]) => [numbers.get(from)!, numbers.get(to)!] as const);
    const boxes = nodes.map(() => ({ width: NODE_WIDTH, height: NODE_HEIGHT }));
    placeInLayers(boxes, pairs, { layerGap: COLUMN_GAP, boxGap: ROW_GAP }).forEach((at, k) => {
      x[nodes[k]] = at.x;
      y[nodes[k]] = at.y;
    });
    return moveToOrigin(nodes, x, y);
  }
  const graph = new dagre.graphlib.Graph({ multigraph: false });
  graph.setGraph({
    rankdir: "LR",
    ranksep: COLUMN_GAP,
    nodesep: ROW_GAP,
    edgesep: 10,
    ranker: rankerFor(nodes.length),
  });
  for (const node of nodes) graph.setNode(String(node), { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const [from, to] of links) if (from !== to) graph.setEdge(String(from), String(to), {});
  dagre.layout(graph);
  for (const node of nodes) {
    const at = graph.node(String(node));
    x[node] = at.x - NODE_WIDTH / 2;
    y[node] = at.y - NODE_HEIGHT / 2;
  }
  if (nodes.length <= MAX_UNTANGLED) untangle(nodes, links, x, y, NODE_HEIGHT);
  return moveToOrigin(nodes, x, y);
}

/** @returns the size of what the nodes take */
function moveToOrigin(nodes: readonly number[], x: Float64Array, y: Float64Array): Size {
  const bounds = boundsOf(nodes.map((node) => ({ x: x[node], y: y[node], width: NODE_WIDTH, height: NODE_HEIGHT })));
  for (const node of nodes) {
    x[node] -= bounds.x;
    y[node] -= bounds.y;
  }
  return bounds;
}

/** Places lanes: those that links join by layers, and such groups beside each other. */
function arrangeBlocks(
  blocks: readonly Block[],
  between: ReadonlyMap<string, ReadonlyMap<string, number>>,
  stacked: boolean,
  simple: boolean,
): LaneBox[] {
  const pairs = [...between].flatMap(([from, targets]) => [...targets.keys()].map((to) => [from, to] as const));
  const byName = new Map(blocks.map((block) => [block.name, block]));
  const groups = connectedGroups(blocks.map(({ name }) => name), pairs);
  const boxes = groups.map((names) => arrangeJoined(names.map((name) => byName.get(name)!), between, stacked, simple));
  const sizes = boxes.map((group) => boundsOf(group));
  const places = packBoxes(sizes, stacked ? STACK_GAP : LANE_GAP, aspectOf(stacked));
  const placed = new Map<string, LaneBox>();
  boxes.forEach((group, k) => {
    for (const box of group) {
      placed.set(box.name, {
        ...box,
        x: box.x - sizes[k].x + places[k].x,
        y: box.y - sizes[k].y + places[k].y,
      });
    }
  });
  return blocks.map(({ name }) => placed.get(name)!);
}

function arrangeJoined(
  blocks: readonly Block[],
  between: ReadonlyMap<string, ReadonlyMap<string, number>>,
  stacked: boolean,
  simple: boolean,
): LaneBox[] {
  const numbers = new Map(blocks.map(({ name }, k) => [name, k]));
  if (simple) {
    const pairs = blocks.flatMap(({ name }, k) =>
      [...between.get(name)?.keys() ?? []].map((to) => [k, numbers.get(to)!] as const)
    );
    const gaps = { layerGap: stacked ? STACK_GAP : LANE_GAP, boxGap: ROW_GAP, downwards: stacked };
    return placeInLayers(blocks, pairs, gaps).map((at, k) => {
      const { name, width, height } = blocks[k];
      return { name, ...at, width, height };
    });
  }
  const graph = new dagre.graphlib.Graph({ multigraph: false });
  graph.setGraph({
    rankdir: stacked ? "TB" : "LR",
    ranksep: stacked ? STACK_GAP : LANE_GAP,
    nodesep: ROW_GAP,
  });
  blocks.forEach(({ width, height }, k) => graph.setNode(String(k), { width, height }));
  for (const { name: from } of blocks) {
    for (const [to, weight] of between.get(from) ?? []) {
      graph.setEdge(String(numbers.get(from)), String(numbers.get(to)), { weight });
    }
  }
  dagre.layout(graph);
  return blocks.map(({ name, width, height }, k) => {
    const at = graph.node(String(k));
    return { name, x: at.x - width / 2, y: at.y - height / 2, width, height };
  });
}

/** Width by height that is wanted. */
function aspectOf(stacked: boolean): number {
  return stacked ? 0.6 : 1.6;
}

/** The best ranker takes minutes where there are thousands of nodes. */
function rankerFor(nodes: number): "network-simplex" | "longest-path" {
  return nodes <= 300 ? "network-simplex" : "longest-path";
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function count(map: Map<string, Map<string, number>>, from: string, to: string): void {
  let targets = map.get(from);
  if (targets === undefined) map.set(from, targets = new Map());
  targets.set(to, (targets.get(to) ?? 0) + 1);
}
