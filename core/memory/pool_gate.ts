/**
 * Says how many slots of a pool are lent. Only the control isolate does, for each pool by one gate.
 *
 * Slots that are not lent have no bit in the bitmap of free slots; the gate keeps their bits. Lanes may use one that is
 * to be lent no longer until they let it go: the gate takes its bit when it comes back.
 *
 * @module
 */
import { POOL } from "../../ffi/layout.gen.ts";
import { countBits, type Pool } from "./pool.ts";
import { bitsBetween } from "./pool_layout.ts";

const OPEN_SLOTS = POOL.openSlots >> 2;

/** The most slots whose memory is given back at a time, so that it takes no more than some milliseconds. */
const DISCARDS = 1_024;

export class PoolGate {
  readonly #pool: Pool;
  /** The bits of slots that the gate keeps, a word for 32 slots. */
  #kept: number[] = [];
  /** How many slots of the pool the gate knows. */
  #known: number;
  /** From this slot on no payload has memory. */
  #usedBelow: number;

  /** @param pool the control isolate's view, all of whose slots are lent */
  constructor(pool: Pool) {
    this.#pool = pool;
    this.#known = this.#usedBelow = pool.slotCount;
  }

  /** How many slots are lent, from the first on. */
  get slots(): number {
    return this.#pool.openSlots;
  }

  /** How many slots are to be lent no longer, and have not been taken since: those in use, and some that came back. */
  get out(): number {
    const { slots } = this;
    let out = 0;
    for (let word = slots >>> 5; word * 32 < this.#known; word++) {
      out += countBits(bitsBetween(word, slots, this.#known) & ~(this.#kept[word] ?? 0));
    }
    return out;
  }

  /** Lends more slots, which every lane covers. @param slots how many are lent then */
  open(slots: number): void {
    const pool = this.#pool;
    for (let word = this.#known >>> 5; word * 32 < slots; word++) {
      this.#kept[word] = (this.#kept[word] ?? 0) | bitsBetween(word, this.#known, slots);
    }
    this.#known = Math.max(this.#known, slots);
    this.#usedBelow = Math.max(this.#usedBelow, slots);
    const before = Atomics.exchange(pool.u32, OPEN_SLOTS, slots);
    for (let word = before >>> 5; word * 32 < slots; word++) {
      const bits = (this.#kept[word] ?? 0) & bitsBetween(word, 0, slots);
      if (bits === 0) continue;
      this.#kept[word] &= ~bits;
      Atomics.or(pool.i32, pool.bitmapAt + word, bits);
    }
    pool.wakeWaiters();
  }

  /** Lends fewer slots: takes those that are free now, and leaves the others to {@linkcode PoolGate.collect}. */
  shut(slots: number): void {
    Atomics.store(this.#pool.u32, OPEN_SLOTS, slots);
    this.collect();
  }

  /** Takes what has come back of slots that are lent no longer, and gives the memory behind the last one back. */
  collect(): void {
    const pool = this.#pool;
    const { slots } = this;
    if (this.#usedBelow <= slots) return;
    for (let word = slots >>> 5; word * 32 < this.#known; word++) {
      const bits = bitsBetween(word, slots, this.#known) | 0;
      const taken = Atomics.and(pool.i32, pool.bitmapAt + word, ~bits) & bits;
      if (taken !== 0) this.#kept[word] = (this.#kept[word] ?? 0) | taken;
    }
    for (let left = DISCARDS; left > 0 && this.#usedBelow > slots && this.#keeps(this.#usedBelow - 1); left--) {
      // Where the system does not take it, it is there for later.
      pool.discardPayload(--this.#usedBelow);
    }
  }

  #keeps(slot: number): boolean {
    return ((this.#kept[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
  }
}
