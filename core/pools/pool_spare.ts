/**
 * The spare slots of pools beyond the need of the graph, so that an edit that only adds to the graph is checked by its
 * additions. The figure is a lower bound: removals do not count until the whole graph is computed again.
 *
 * @module
 */
import { MAGAZINE_SIZE } from "../memory/pool.ts";
import type { PoolLoad } from "./pool_loads.ts";
import type { PoolNeed } from "./pool_plan.ts";

export class PoolSpare {
  /** Slots, by pool. */
  readonly #slots = new Map<string, number>();
  /** How many lanes were counted. */
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
