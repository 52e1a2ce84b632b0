/**
 * Which row of each pool's table of holds the thread of each lane has: that of its index, unless a thread that was
 * given up may still write there.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { Pool } from "../memory/pool.ts";
import { takeLeftRow } from "../memory/reclaim.ts";

/** Rows of a table, and lanes that one runtime can have. */
export const MAX_LANES = 64;

/** See the module. */
export class LaneRows {
  /** By the index of the lane. */
  readonly #rows = new Map<number, number>();
  /** Those of threads that were given up. */
  readonly #setAside = new Set<number>();

  of(lane: number): number {
    return this.#rows.get(lane) ?? lane;
  }

  /** Those of threads that were given up, in which their slots are noted. */
  get setAside(): readonly number[] {
    return [...this.#setAside];
  }

  /** A lane's thread was given up: what it holds stays its own. */
  setAsideOf(lane: number): void {
    this.#setAside.add(this.of(lane));
  }

  /** A lane's thread that was given up has come to its end. */
  takeBackOf(lane: number): void {
    this.#setAside.delete(this.of(lane));
  }

  /** A lane is no more. */
  forget(lane: number): void {
    this.#rows.delete(lane);
  }

  /** Rows whose threads have come back and left them are there for others. */
  freeLeft(pools: readonly Pool[]): void {
    for (const row of this.#setAside) if (takeLeftRow(pools, row)) this.#setAside.delete(row);
  }

  /** Whether a thread has it, or had it when it was given up. */
  isTaken(row: number): boolean {
    return this.#setAside.has(row) || [...this.#rows.values()].includes(row);
  }

  /**
   * Gives a lane's next thread a row.
   *
   * @param names of lanes, by index; `undefined`: no lane has the index
   * @throws {SluiceError} `Busy` if none is free
   */
  take(name: string, lane: number, names: readonly (string | undefined)[], pools: readonly Pool[]): number {
    this.#rows.delete(lane);
    this.freeLeft(pools);
    let row = lane;
    for (let next = MAX_LANES - 1; this.isTaken(row); next--) {
      if (next > 0) row = names[next] === undefined ? next : row;
      else {
        throw new SluiceError(
          "Busy",
          `Cannot start lane "${name}": ${names.length} lanes and ${this.#setAside.size} threads that were given up are ` +
            `more than the ${MAX_LANES} that there can be`,
        );
      }
    }
    this.#rows.set(lane, row);
    return row;
  }
}
