/**
 * Plans the size of a graph's pools.
 *
 * A pool needs a slot for every frame that can exist at once: frames on its links, frames in the hands of nodes, and
 * free slots in the magazines of lanes. With that many, an offline graph cannot come to a stop on its own pools.
 *
 * @module
 */
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { describeValue } from "../errors/describe_value.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import type { NodePools } from "./node_pools.ts";
import { POOL } from "../../ffi/layout.gen.ts";
import { listNames, SluiceError } from "../errors.ts";
import { FRAME_KINDS, type FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import { MAGAZINE_SIZE } from "../memory/pool.ts";
import { MAX_POOL_BYTES } from "../memory/pool_layout.ts";
import type { PoolLoad } from "./pool_loads.ts";

/** The size of a pool, as a graph file or `RuntimeOptions.pools` gives it. The runtime chooses absent sizes. */
export interface PoolSize {
  /** Bytes of payload in a slot. */
  readonly slotBytes?: number;
  /** The number of its slots. */
  readonly slots?: number;
}

/** The size of a pool for a graph. */
export interface PoolPlan {
  readonly name: string;
  /** Bytes of payload in a slot. */
  readonly slotBytes: number;
  /** Slots that the graph needs; all slots of a pool with a given number. */
  readonly least: number;
  /** Slots that it should have, including those for edits to add. */
  readonly slots: number;
  /** True if the number of slots is given: the pool neither grows nor shrinks. */
  readonly isFixed: boolean;
}

/** The need of a pool, with its parts. */
export interface PoolNeed {
  /** Name of the pool. */
  readonly pool: string;
  /** Bytes of payload in a slot. */
  readonly slotBytes: number;
  /** Frames that links hold when all are full. */
  readonly queued: number;
  /** Frames that nodes may hold while they run. */
  readonly held: number;
  /** Free slots that lanes may keep in their magazines. */
  readonly atHand: number;
  /** The sum of the slots. */
  readonly slots: number;
}

/** The fewest slots of a pool whose size the runtime chooses, if this many are small. */
const LEAST_SLOTS = 256;
const LEAST_SLOTS_BYTES = 16_777_216;

/** The most spare bytes of a pool whose size the runtime chooses, for nodes and links that edits add. */
const SPARE_BYTES = 67_108_864;

/**
 * Computes the needs of a graph's pools, in the order of kinds, then by name.
 *
 * @param lanes that take slots
 * @param sizes by pool name
 */
export function poolNeeds(
  loads: readonly PoolLoad[],
  lanes: number,
  sizes: { readonly [name: string]: PoolSize },
): PoolNeed[] {
  const order = (name: string) => {
    const at = FRAME_KINDS.indexOf(name as FrameKind);
    return at < 0 ? FRAME_KINDS.length : at;
  };
  const sums = new Map<string, { queued: number; held: number; readonly kinds: Set<FrameKind> }>();
  for (const { pool, kind, queued, held } of loads) {
    const sum = sums.get(pool);
    if (sum === undefined) sums.set(pool, { queued, held, kinds: new Set([kind]) });
    else {
      sum.queued += queued;
      sum.held += held;
      sum.kinds.add(kind);
    }
  }
  const atHand = lanes * MAGAZINE_SIZE;
  return [...sums].sort(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1)).map(([pool, sum]) => {
    const { queued, held } = sum;
    const kinds = FRAME_KINDS.includes(pool as FrameKind) ? [pool as FrameKind] : [...sum.kinds];
    const slotBytes = sizes[pool]?.slotBytes ?? Math.max(...kinds.map((kind) => KIND_FACTS[kind].slotBytes));
    return { pool, slotBytes, queued, held, atHand, slots: queued + held + atHand };
  });
}

/**
 * Chooses pool sizes.
 *
 * @param lanes that take slots
 * @param sizes by pool name
 * @param growth frames of each kind that elements of dynamic ports may add, from `growthOf()`
 * @param attempt the action, for messages
 * @param spareFor whether to reserve slots for edits to add
 * @throws {SluiceError} `PoolExhausted` if a given number of slots is too small for the graph; `InvalidConfig` for more
 * than 64 pools
 */
export function planPools(
  loads: readonly PoolLoad[],
  lanes: number,
  sizes: { readonly [name: string]: PoolSize },
  growth: ReadonlyMap<FrameKind, number> = new Map(),
  attempt = "Cannot start",
  spareFor: "much" | "little" = "much",
): PoolPlan[] {
  const needs = poolNeeds(loads, lanes, sizes);
  if (needs.length > POOL.maxPools) {
    throw new SluiceError(
      "InvalidConfig",
      `${attempt}: the graph uses ${needs.length} pools, at most ${POOL.maxPools}`,
    );
  }
  return needs.map((need) => {
    const given = sizes[need.pool]?.slots;
    if (given !== undefined && given < need.slots) {
      throw new SluiceError("PoolExhausted", `${attempt}: ${describeShortage(need, given, lanes)}`, {
        key: `pools.${need.pool}.slots`,
      });
    }
    const bytes = (given ?? need.slots) * need.slotBytes;
    if (bytes > MAX_POOL_BYTES) {
      throw new SluiceError(
        "InvalidConfig",
        `${attempt}: pool "${need.pool}" would need ${given ?? need.slots} slots of ${need.slotBytes} bytes, ` +
          `${Math.ceil(bytes / 2 ** 20)} MiB, more than ${
            MAX_POOL_BYTES / 2 ** 20
          } MiB; lower the capacity of links, ` +
          `give pools.${need.pool} slotBytes and slots that fit its frames, or run fewer links between lanes`,
        { key: `pools.${need.pool}` },
      );
    }
    const least = need.slotBytes * LEAST_SLOTS <= LEAST_SLOTS_BYTES ? LEAST_SLOTS : 1;
    const kinds = new Set(loads.filter(({ pool }) => pool === need.pool).map(({ kind }) => kind));
    const elements = [...kinds].reduce((sum, kind) => sum + (growth.get(kind) ?? 0), 0);
    // Doubles the need for later edits, and adds future elements, unless that takes too much memory.
    const spare = Math.min(need.slots + elements, Math.floor(SPARE_BYTES / need.slotBytes));
    const { pool: name, slotBytes } = need;
    if (given !== undefined) return { name, slotBytes, least: given, slots: given, isFixed: true };
    if (spareFor === "little") return { name, slotBytes, least: need.slots, slots: need.slots, isFixed: false };
    const slots = Math.min(Math.max(least, need.slots + spare), Math.floor(MAX_POOL_BYTES / slotBytes));
    return { name, slotBytes, least: need.slots, slots, isFixed: false };
  });
}

/** Describes that a pool has too few slots, how many it needs, and what can be done. */
export function describeShortage(need: PoolNeed, given: number, lanes: number): string {
  const { pool, slots, queued, held, atHand } = need;
  return `pool "${pool}" has ${given} slots, but the graph needs ${slots} (${queued} queued on links, ` +
    `${held} held by nodes, ${atHand} for ${lanes} lane${lanes === 1 ? "" : "s"}); raise ` +
    `pools.${pool}.slots or lower the capacity of links`;
}

/**
 * Checks that a pool named by a node exists.
 *
 * @param sizes of the pools that the graph declares, by name
 * @throws {SluiceError} `InvalidConfig`, with the known pools
 */
export function assertPool(name: string, nodeId: string, sizes: { readonly [name: string]: PoolSize }): void {
  const available = [...new Set([...FRAME_KINDS, ...Object.keys(sizes)])];
  if (available.includes(name)) return;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot give node "${nodeId}" the pool "${name}": the pools are ${listNames(available)}; declare it in "pools"`,
    { nodeId, key: "pool", available },
  );
}

/**
 * Checks that the pools that a node names exist, and the outputs that it names them for.
 *
 * @param sizes of the pools that the graph declares, by name
 * @throws {SluiceError} `InvalidConfig`, with the known pools; `PortNotFound`, with the outputs
 */
export function assertNodePools(
  pools: NodePools,
  nodeId: string,
  { outputs }: NodeDescriptor,
  sizes: { readonly [name: string]: PoolSize },
): void {
  if (typeof pools === "string") return assertPool(pools, nodeId, sizes);
  const attempt = `Cannot give node "${nodeId}" its pools`;
  if (!isPlainObject(pools)) {
    const message = `${attempt}: found ${kindOf(pools)}, wanted the name of a pool, or such names by output`;
    throw new SluiceError("InvalidConfig", message, { nodeId, key: "pool" });
  }
  const available = outputs.map(({ name }) => name);
  for (const [output, pool] of Object.entries(pools)) {
    if (!available.includes(output)) {
      const found = `it has no output ${describeValue(output)}${didYouMean(output, available)}`;
      const message = `${attempt}: ${found}; outputs: ${listSome(available)}`;
      throw new SluiceError("PortNotFound", message, { nodeId, port: output, available });
    }
    assertPool(pool, nodeId, sizes);
  }
}

/**
 * The spare slots of pools beyond the need of the graph, so that an edit that only adds to the graph is checked by its
 * additions. The figure is a lower bound: removals do not count until the whole graph is computed again.
 */
export class PoolSpare {
  /** Slots, by pool. */
  readonly #slots = new Map<string, number>();
  /** The number of lanes that were counted. */
  #lanes: number;

  /**
   * Counts the spare slots of all pools.
   *
   * @param needs of the graph, by pool
   * @param slotsOf how many slots a pool has
   * @param lanes that take slots
   */
  constructor(needs: readonly PoolNeed[], slotsOf: (pool: string) => number, lanes: number) {
    for (const { pool, slots } of needs) this.#slots.set(pool, slotsOf(pool) - slots);
    this.#lanes = lanes;
  }

  /**
   * Takes slots for additions to the graph, if they are spare.
   *
   * @param loads of the nodes and links that are added
   * @param lanes that take slots after the edit
   * @returns whether each pool has enough; if not, nothing was taken
   */
  take(loads: readonly PoolLoad[], lanes: number): boolean {
    const left = new Map(this.#slots);
    const atHand = Math.max(0, lanes - this.#lanes) * MAGAZINE_SIZE;
    for (const [pool, slots] of left) left.set(pool, slots - atHand);
    for (const { pool, queued, held } of loads) left.set(pool, (left.get(pool) ?? -Infinity) - queued - held);
    for (const slots of left.values()) if (slots < 0) return false;
    for (const [pool, slots] of left) this.#slots.set(pool, slots);
    this.#lanes = Math.max(this.#lanes, lanes);
    return true;
  }
}
