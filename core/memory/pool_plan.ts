/**
 * How large a graph's pools must be.
 *
 * A pool needs a slot for every frame that can exist at once: those that its links hold, those in the hands of nodes,
 * and those in the magazines of lanes. With that many, an offline graph cannot come to a stop on its own pools.
 *
 * @module
 */
import { listNames, SluiceError } from "../errors.ts";
import type { FrameKind } from "../frames/format.ts";
import { MAGAZINE_SIZE, type PoolSpec } from "./pool.ts";

/** Sizes of a pool, as a graph file or `RuntimeOptions.pools` gives them. What is absent is chosen. */
export interface PoolSize {
  /** Bytes of payload in a slot. */
  readonly slotBytes?: number;
  /** Number of slots. */
  readonly slots?: number;
}

/** What of a graph decides the size of a pool. */
export interface PoolLoad {
  readonly kind: FrameKind;
  /** Frames that links hold when all are full. */
  readonly queued: number;
  /** Frames that nodes may hold while they run. */
  readonly held: number;
}

/** The pools that every runtime has, in the order of their indices. */
export const POOL_KINDS: readonly FrameKind[] = ["audio", "data"];

/** Payload of a slot by default: 16,384 audio samples over all channels; 16 KiB of serialized data. */
const SLOT_BYTES: { readonly [kind: string]: number } = { audio: 65_536, data: 16_384 };

/** Slots of a pool at least, where its size is chosen. */
const LEAST_SLOTS = 64;

/**
 * Chooses pool sizes.
 *
 * @param sizes by pool name
 * @throws {SluiceError} `PoolExhausted` if a given number of slots is too small for the graph; `InvalidConfig` for an
 * unknown pool
 */
export function planPools(
  loads: readonly PoolLoad[],
  lanes: number,
  sizes: { readonly [name: string]: PoolSize },
): PoolSpec[] {
  for (const name of Object.keys(sizes)) {
    if (POOL_KINDS.includes(name as FrameKind)) continue;
    throw new SluiceError("InvalidConfig", `Cannot size pool "${name}": the pools are ${listNames(POOL_KINDS)}`, {
      key: `pools.${name}`,
      available: POOL_KINDS,
    });
  }
  return POOL_KINDS.map((kind) => {
    const own = loads.filter((load) => load.kind === kind);
    const queued = own.reduce((sum, load) => sum + load.queued, 0);
    const held = own.reduce((sum, load) => sum + load.held, 0);
    const needed = queued + held + lanes * MAGAZINE_SIZE;
    const slots = sizes[kind]?.slots ?? Math.max(LEAST_SLOTS, needed);
    if (own.length > 0 && slots < needed) {
      throw new SluiceError(
        "PoolExhausted",
        `Cannot start: pool "${kind}" has ${slots} slots, but the graph needs ${needed} (${queued} queued on links, ` +
          `${held} held by nodes, ${lanes * MAGAZINE_SIZE} for ${lanes} lane${lanes === 1 ? "" : "s"}); raise ` +
          `pools.${kind}.slots or lower the capacity of links`,
        { key: `pools.${kind}.slots` },
      );
    }
    return { name: kind, slotBytes: sizes[kind]?.slotBytes ?? SLOT_BYTES[kind], slots };
  });
}
