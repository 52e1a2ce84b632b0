/**
 * Sets how many slots of a pool are lent. Only the control isolate does, by one gate for each pool.
 *
 * Slots that are not lent have no bit in the bitmap of free slots: the gate keeps their bits. When a slot stops being
 * lent while a lane uses it, the lane keeps it until it lets it go; the gate takes the bit when the slot comes back.
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
  /** Bits of the slots that the gate keeps, one word for 32 slots. */
  #kept: number[] = [];
  /** How many slots of the pool the gate knows. */
  #known: number;
  /** Payloads from this slot on have no memory. */
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

  /** How many slots the gate has yet to take: those in use, and some that came back. */
  get out(): number {
    const { slots } = this;
    let out = 0;
    for (let word = slots >>> 5; word * 32 < this.#known; word++) {
      out += countBits(bitsBetween(word, slots, this.#known) & ~(this.#kept[word] ?? 0));
    }
    return out;
  }

  /** Lends more slots, which every lane covers. @param slots the new number of lent slots */
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

  /** Lends fewer slots: takes the free ones, and leaves the others to {@linkcode PoolGate.collect}. */
  shut(slots: number): void {
    Atomics.store(this.#pool.u32, OPEN_SLOTS, slots);
    this.collect();
  }

  /** Takes slots that have come back and are not lent, and gives the memory behind the last lent slot back. */
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
      // If the system does not take the memory, it stays for later use.
      pool.discardPayload(--this.#usedBelow);
    }
  }

  #keeps(slot: number): boolean {
    return ((this.#kept[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
  }
}
