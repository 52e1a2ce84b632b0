/**
 * Computes how many frames a graph can have at once, for each of its pools.
 *
 * Per link: its capacity, plus the frames that a lane has fetched from another one: a whole batch, or one frame of a
 * link that drops the oldest. Per link and output: the frames that a node keeps beyond its tick. Per lane: the most
 * frames that one of its nodes has in hand during a tick, frames read and bursts written. A lane ticks one synchronous
 * node at a time, and a node that waits for a slot has none in hand. An asynchronous tick may last, and counts in
 * addition. A frame that a node passes on keeps its slot, so a link counts for every pool whose frames can arrive that
 * way.
 *
 * @module
 */
import { fieldOf, type NodeDescriptor } from "../descriptor/descriptor.ts";
import type { FrameKind } from "../frames/format.ts";
import { defaultCapacity } from "../links/policy.ts";
import { type NodePools, poolOfOutput } from "./node_pools.ts";

/** How many frames a node may keep beyond its tick. */
const HOLDS = 2;

/** The facts about a graph that decide the size of a pool. */
export interface PoolLoad {
  /** Name of the pool. */
  readonly pool: string;
  /** The kind of the frames in its slots. */
  readonly kind: FrameKind;
  /** Frames that links hold when all are full. */
  readonly queued: number;
  /** Frames that nodes may hold while they run. */
  readonly held: number;
}

/** An output of a node. */
export interface LoadOutput {
  /** Its name, by which the node may name a pool for it. */
  readonly name?: string;
  /** The kind of its frames. */
  readonly kind: FrameKind;
  /** Elements of an array port. */
  readonly array?: number;
  /** The most frames that it writes in one tick. */
  readonly burst: number;
}

/** The facts about a node that pools need. */
export interface LoadNode {
  /** Unique in the graph. */
  readonly id: string;
  /** Name of its lane. */
  readonly lane: string;
  /** True if its ticks may last while other nodes of its lane run: the node is asynchronous, or driven from outside. */
  readonly lasts?: boolean;
  /** The pools that its outputs take slots from; by default the pools of their kinds. */
  readonly pool?: NodePools;
  /** Its outputs. */
  readonly outputs: readonly LoadOutput[];
}

/** The facts about a link that pools need. */
export interface LoadLink {
  /** The node that writes. */
  readonly fromNode: string;
  /** The node that reads. */
  readonly toNode: string;
  /** The kind of its frames. */
  readonly kind: FrameKind;
  /** Frames that fit. */
  readonly capacity: number;
  /** Frames that it holds beyond its capacity. */
  readonly extra?: number;
  /** True if a full link drops its oldest frame. */
  readonly evicts?: boolean;
}

/**
 * Returns the outputs of a node. Elements with names of their own take slots as their dynamic port does, which takes
 * none itself.
 */
export function loadOutputs({ outputs }: NodeDescriptor): readonly LoadOutput[] {
  if (outputs.every(({ named }) => named === undefined)) return outputs;
  return outputs.filter(({ named }) => named === undefined).map((port) => ({ ...port, name: fieldOf(port) }));
}

/** A port, with the elements that edits may add. */
export interface GrowingPort {
  /** The kind of its frames. */
  readonly kind: FrameKind;
  /** For a dynamic port: how many elements it starts with, and the most it can have. */
  readonly dynamic?: { readonly initial: number; readonly max: number };
  /** For a dynamic port: its elements; absent for the initial ones. */
  readonly elements?: { readonly numbers: readonly number[] };
  /** For a dynamic port whose elements have names of their own: pools grow when one is added. */
  readonly named?: readonly unknown[];
}

/**
 * Returns how many more frames the graph has when its dynamic ports have all possible elements, each with a link of
 * default capacity from or to a node on another lane, whose output writes a burst of the same size.
 */
export function growthOf(ports: readonly GrowingPort[]): Map<FrameKind, number> {
  const growth = new Map<FrameKind, number>();
  for (const { kind, dynamic, elements, named } of ports) {
    if (dynamic === undefined || named !== undefined) continue;
    const capacity = defaultCapacity(kind);
    const each = 2 * capacity + heldPerTick(kind, capacity, true) + HOLDS + capacity + HOLDS;
    const more = dynamic.max - (elements?.numbers.length ?? dynamic.initial);
    growth.set(kind, (growth.get(kind) ?? 0) + more * each);
  }
  return growth;
}

/**
 * Returns the most frames that a node takes in one tick, which gives other nodes their turn and keeps pools small.
 *
 * @param kind of frames of its input
 * @param capacity of the link that leads there
 */
export function readsPerTick(kind: FrameKind, capacity: number): number {
  return Math.min(kind === "video" ? 8 : 64, Math.max(8, capacity));
}

/**
 * Returns how many frames of a link a node may have in hand in a tick, which pools count on: within a lane the most
 * that the link holds at once, from another lane the most that a batch fetches.
 *
 * @param crosses whether the link comes from another lane
 */
export function heldPerTick(kind: FrameKind, capacity: number, crosses: boolean): number {
  return crosses ? readsPerTick(kind, capacity) : capacity;
}

/**
 * Returns the load of a graph's links and outputs, for each pool and kind of frame. The load of two joined graphs is at
 * most the sum of both.
 */
export function poolLoads(nodes: readonly LoadNode[], links: readonly LoadLink[]): PoolLoad[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const sources = poolsByNode(nodes, links);
  const sums = new Map<string, LoadSum>();
  const sumOf = (pool: string, kind: FrameKind): LoadSum => {
    const key = `${kind} ${pool}`;
    let sum = sums.get(key);
    if (sum === undefined) sums.set(key, sum = { pool, kind, queued: 0, kept: 0, inHand: new Map() });
    return sum;
  };
  for (const { fromNode, toNode, kind, capacity, extra = 0, evicts } of links) {
    const crosses = byId.get(fromNode)?.lane !== byId.get(toNode)?.lane;
    const fetched = !crosses ? 0 : evicts === true ? 1 : capacity;
    for (const pool of sources.get(kind)?.get(fromNode) ?? [kind]) {
      const sum = sumOf(pool, kind);
      sum.queued += capacity + extra + fetched;
      sum.kept += HOLDS;
      takeInHand(sum, toNode, heldPerTick(kind, capacity, crosses));
    }
  }
  for (const { id, pool, outputs } of nodes) {
    for (const { name, kind, array, burst } of outputs) {
      const sum = sumOf(poolOfOutput(pool, name) ?? kind, kind);
      sum.kept += HOLDS;
      takeInHand(sum, id, (array ?? 1) * burst);
    }
  }
  return [...sums.values()].map(({ pool, kind, queued, kept, inHand }) => {
    let held = kept;
    const most = new Map<string | undefined, number>();
    for (const [id, frames] of inHand) {
      const { lane, lasts } = byId.get(id) ?? {};
      if (lasts === true) held += frames;
      else most.set(lane, Math.max(most.get(lane) ?? 0, frames));
    }
    for (const frames of most.values()) held += frames;
    return { pool, kind, queued, held };
  });
}

/** A load while it is computed. */
interface LoadSum {
  readonly pool: string;
  readonly kind: FrameKind;
  queued: number;
  /** Frames that nodes keep beyond their ticks. */
  kept: number;
  /** Frames that a node has in hand in a tick, by its id. */
  readonly inHand: Map<string, number>;
}

function takeInHand({ inHand }: LoadSum, node: string, frames: number): void {
  inHand.set(node, (inHand.get(node) ?? 0) + frames);
}

/**
 * Returns the pools of the frames that can leave a node, by kind of frame and node. Covers only kinds for which a node
 * names a pool: all other frames are in the pool of their kind.
 */
function poolsByNode(
  nodes: readonly LoadNode[],
  links: readonly LoadLink[],
): ReadonlyMap<FrameKind, ReadonlyMap<string, ReadonlySet<string>>> {
  const pools = new Map<FrameKind, Map<string, Set<string>>>();
  for (const { pool, outputs } of nodes) {
    for (const { name, kind } of outputs) if (poolOfOutput(pool, name) !== undefined) pools.set(kind, new Map());
  }
  if (pools.size === 0) return pools;
  for (const { id, pool, outputs } of nodes) {
    for (const { name, kind } of outputs) poolsAt(pools.get(kind), id)?.add(poolOfOutput(pool, name) ?? kind);
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const { fromNode, toNode, kind } of links) {
      const target = poolsAt(pools.get(kind), toNode);
      if (target === undefined) continue;
      const before = target.size;
      for (const pool of poolsAt(pools.get(kind), fromNode)!) target.add(pool);
      changed ||= target.size > before;
    }
  }
  return pools;
}

function poolsAt(byNode: Map<string, Set<string>> | undefined, node: string): Set<string> | undefined {
  const known = byNode?.get(node);
  if (byNode === undefined || known !== undefined) return known;
  const made = new Set<string>();
  byNode.set(node, made);
  return made;
}
