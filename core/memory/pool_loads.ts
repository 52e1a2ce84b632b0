/**
 * How many frames a graph can have at once, for each of its pools.
 *
 * Per link: its capacity while it is full, once more where a lane has fetched a whole batch, and what the reading node
 * has in hand meanwhile. Per output: one burst that is being made. A frame that a node passes on keeps its slot, so a
 * link counts for every pool whose frames can come that way.
 *
 * @module
 */
import type { FrameKind } from "../frames/format.ts";
import { defaultCapacity } from "../links/policy.ts";

/** Frames that a node may keep beyond its tick. */
const HOLDS = 2;

/** What of a graph decides the size of a pool. */
export interface PoolLoad {
  /** Name of the pool. */
  readonly pool: string;
  /** What its slots are used for. */
  readonly kind: FrameKind;
  /** Frames that links hold when all are full. */
  readonly queued: number;
  /** Frames that nodes may hold while they run. */
  readonly held: number;
}

/** An output of a node. */
export interface LoadOutput {
  /** What it carries. */
  readonly kind: FrameKind;
  /** Elements of an array port. */
  readonly array?: number;
  /** Frames that it writes at once. */
  readonly burst: number;
}

/** A node, as far as pools are concerned. */
export interface LoadNode {
  /** Unique in the graph. */
  readonly id: string;
  /** Name of its lane. */
  readonly lane: string;
  /** The pool that all its outputs take slots from; absent: that of their kind. */
  readonly pool?: string;
  /** Its outputs. */
  readonly outputs: readonly LoadOutput[];
}

/** A link, as far as pools are concerned. */
export interface LoadLink {
  /** The node that writes. */
  readonly fromNode: string;
  /** The node that reads. */
  readonly toNode: string;
  /** What it carries. */
  readonly kind: FrameKind;
  /** Frames that fit. */
  readonly capacity: number;
}

/** A port, as far as the elements are concerned that edits may add to it. */
export interface GrowingPort {
  /** What it carries. */
  readonly kind: FrameKind;
  /** For a dynamic port: how many elements it starts with, and the most it can have. */
  readonly dynamic?: { readonly initial: number; readonly max: number };
  /** For a dynamic port: the elements that it has; absent for as many as it starts with. */
  readonly elements?: { readonly numbers: readonly number[] };
}

/**
 * Frames that a graph has at once, beyond what it has now, when its dynamic ports have all the elements that they can
 * have: each with a link of usual capacity from or to a node on another lane, whose output makes a burst of as many.
 */
export function growthOf(ports: readonly GrowingPort[]): Map<FrameKind, number> {
  const growth = new Map<FrameKind, number>();
  for (const { kind, dynamic, elements } of ports) {
    if (dynamic === undefined) continue;
    const capacity = defaultCapacity(kind);
    const each = 2 * capacity + heldPerTick(kind, capacity, true) + HOLDS + capacity + HOLDS;
    const more = dynamic.max - (elements?.numbers.length ?? dynamic.initial);
    growth.set(kind, (growth.get(kind) ?? 0) + more * each);
  }
  return growth;
}

/**
 * Frames that a node takes in one tick at most, so that others have their turn and pools stay small.
 *
 * @param kind what its input carries
 * @param capacity of the link that leads there
 */
export function readsPerTick(kind: FrameKind, capacity: number): number {
  return Math.min(kind === "video" ? 8 : 64, Math.max(8, capacity));
}

/**
 * Frames of a link that a node may have in hand in a tick, which pools count on: within a lane what the link holds at
 * once, from another lane what is fetched in a batch.
 *
 * @param crosses whether the link comes from another lane
 */
export function heldPerTick(kind: FrameKind, capacity: number, crosses: boolean): number {
  return crosses ? readsPerTick(kind, capacity) : capacity;
}

/** What the links and outputs of a graph ask of which pool: one load for each pool and kind of frame. */
export function poolLoads(nodes: readonly LoadNode[], links: readonly LoadLink[]): PoolLoad[] {
  const lanes = new Map<string, string>();
  for (const { id, lane } of nodes) lanes.set(id, lane);
  const sources = poolsByNode(nodes, links);
  const loads: { pool: string; kind: FrameKind; queued: number; held: number }[] = [];
  const add = (pool: string, kind: FrameKind, queued: number, held: number) => {
    const load = loads.find((each) => each.pool === pool && each.kind === kind);
    if (load === undefined) loads.push({ pool, kind, queued, held });
    else {
      load.queued += queued;
      load.held += held;
    }
  };
  for (const { fromNode, toNode, kind, capacity } of links) {
    const crosses = lanes.get(fromNode) !== lanes.get(toNode);
    const held = heldPerTick(kind, capacity, crosses) + HOLDS;
    const queued = crosses ? 2 * capacity : capacity;
    const named = sources.get(kind)?.get(fromNode);
    if (named === undefined) add(kind, kind, queued, held);
    else for (const pool of named) add(pool, kind, queued, held);
  }
  for (const { pool, outputs } of nodes) {
    for (const { kind, array, burst } of outputs) add(pool ?? kind, kind, 0, (array ?? 1) * burst + HOLDS);
  }
  return loads;
}

/**
 * By kind of frame and node: the pools of the frames that can leave the node. Only of kinds for which a node names a
 * pool: all frames of the others are in the pool of their kind.
 */
function poolsByNode(
  nodes: readonly LoadNode[],
  links: readonly LoadLink[],
): ReadonlyMap<FrameKind, ReadonlyMap<string, ReadonlySet<string>>> {
  const pools = new Map<FrameKind, Map<string, Set<string>>>();
  for (const { pool, outputs } of nodes) {
    if (pool !== undefined) { for (const { kind } of outputs) pools.set(kind, new Map()); }
  }
  if (pools.size === 0) return pools;
  for (const { id, pool, outputs } of nodes) {
    for (const { kind } of outputs) poolsAt(pools.get(kind), id)?.add(pool ?? kind);
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
