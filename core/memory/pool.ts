/**
 * Pools: fixed-size slots carved out of an arena, shared by all lanes.
 *
 * A `Pool` is one lane's view. The free list is a bitmap in the arena (bit set = free), taken and given back with
 * atomic and/or; before it stands a small *magazine* of free slots that only this lane sees, so that a frame usually
 * costs no atomic operation on shared words. A lane empties its magazine before it sleeps.
 *
 * Nothing here blocks or allocates after the start. When the pool is empty, `takeSlot()` gives -1 and the lane may
 * ask to be woken (`awaitSlot()`): inbox bit 0 of a lane means "a pool has slots again".
 *
 * @module
 */
import { ABI_VERSION, POOL, SLOT } from "../../ffi/layout.gen.ts";
import type { ArenaToken, Driver } from "../driver/driver.ts";
import type { Frame } from "../frames/frame.ts";
import type { Ledger } from "../frames/ledger.ts";

/** The inbox bit of every lane that says: a slot was freed. */
export const POOL_INBOX_BIT = 0;

/** Free slots that a lane keeps for itself at most. */
export const MAGAZINE_SIZE = 8;

/** Size of a pool. */
export interface PoolSpec {
  readonly name: string;
  /** Bytes of payload in a slot, without the header; rounded up to a multiple of 64. */
  readonly slotBytes: number;
  /** 1 to 1,048,576. */
  readonly slots: number;
}

/** By which a lane opens a pool. */
export interface PoolToken extends PoolSpec {
  readonly index: number;
  readonly arena: ArenaToken;
}

/**
 * Makes a pool with every slot free.
 *
 * @param index 0 to 63, unique in the runtime
 * @throws {RangeError} for sizes out of range, or if the system refuses the memory
 */
export function createPool(driver: Driver, index: number, spec: PoolSpec): PoolToken {
  checkSpec(spec);
  const payload = alignTo(spec.slotBytes, SLOT.payloadAlign);
  const stride = SLOT.size + payload;
  const words = Math.ceil(spec.slots / 32);
  const bitmap = POOL.size;
  const holds = alignTo(bitmap + words * 4, 64);
  const slots = alignTo(holds + POOL.holdLanes * holdRow(spec.slots), 128);
  const bytes = slots + stride * spec.slots;
  if (bytes > 0xffffffff) {
    throw new RangeError(
      `Cannot make pool "${spec.name}" of ${spec.slots} slots of ${spec.slotBytes} bytes: more than 4 GiB`,
    );
  }
  const arena = driver.createArena(bytes);
  const u32 = new Uint32Array(driver.openArena(arena));
  u32[POOL.abiVersion >> 2] = ABI_VERSION;
  u32[POOL.poolIndex >> 2] = index;
  u32[POOL.slotCount >> 2] = spec.slots;
  u32[POOL.slotStride >> 2] = stride;
  u32[POOL.payloadBytes >> 2] = payload;
  u32[POOL.slotsOffset >> 2] = slots;
  u32[POOL.bitmapOffset >> 2] = bitmap;
  u32[POOL.holdsOffset >> 2] = holds;
  for (let word = 0; word < words; word++) {
    const left = spec.slots - word * 32;
    u32[(bitmap >> 2) + word] = left >= 32 ? 0xffffffff : 2 ** left - 1;
  }
  for (let slot = 0; slot < spec.slots; slot++) u32[(slots + slot * stride + SLOT.pool) >> 2] = index;
  u32[POOL.magic >> 2] = POOL.magicValue;
  return { ...spec, slotBytes: payload, index, arena };
}

/** One lane's view of a pool. */
export class Pool {
  readonly name: string;
  readonly index: number;
  readonly slotCount: number;
  /** Bytes of payload in a slot. */
  readonly payloadBytes: number;
  /** Notes what the lane's synchronous ticks own. */
  readonly ledger: Ledger;
  /** The cached frame object of each slot. */
  readonly views: (Frame | undefined)[] = [];
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  readonly #driver: Driver;
  readonly #lane: number;
  readonly #bitmapAt: number;
  readonly #words: number;
  readonly #slotsOffset: number;
  readonly #stride: number;
  readonly #magazine = new Int32Array(MAGAZINE_SIZE);
  #magazineCount = 0;
  #hint: number;

  /**
   * @param lane whose view this is
   * @param ledger the lane's
   */
  constructor(driver: Driver, token: PoolToken, lane: number, ledger: Ledger) {
    this.#driver = driver;
    this.#lane = lane;
    this.ledger = ledger;
    this.name = token.name;
    this.buffer = driver.openArena(token.arena);
    this.u8 = new Uint8Array(this.buffer);
    this.u16 = new Uint16Array(this.buffer);
    this.i32 = new Int32Array(this.buffer);
    this.u32 = new Uint32Array(this.buffer);
    this.f64 = new Float64Array(this.buffer);
    if (this.u32[POOL.magic >> 2] !== POOL.magicValue) throw new TypeError(`Not a pool: "${token.name}"`);
    this.index = this.u32[POOL.poolIndex >> 2];
    this.slotCount = this.u32[POOL.slotCount >> 2];
    this.payloadBytes = this.u32[POOL.payloadBytes >> 2];
    this.#stride = this.u32[POOL.slotStride >> 2];
    this.#slotsOffset = this.u32[POOL.slotsOffset >> 2];
    this.#bitmapAt = this.u32[POOL.bitmapOffset >> 2] >> 2;
    this.#words = Math.ceil(this.slotCount / 32);
    this.#hint = lane % this.#words;
  }

  /** Byte offset of a slot's header in the arena. */
  slotOffset(slot: number): number {
    return this.#slotsOffset + slot * this.#stride;
  }

  /**
   * Sees to it that the next `count` calls of `takeSlot()` succeed.
   *
   * @param count 1 to {@linkcode MAGAZINE_SIZE}
   */
  ensure(count: number): boolean {
    while (this.#magazineCount < count) {
      const slot = this.#fromBitmap();
      if (slot < 0) return false;
      this.#magazine[this.#magazineCount++] = slot;
    }
    return true;
  }

  /** Takes a free slot, with a new generation and a reference count of 1. @returns -1 when the pool is empty */
  takeSlot(): number {
    const slot = this.#magazineCount > 0 ? this.#magazine[--this.#magazineCount] : this.#fromBitmap();
    if (slot < 0) {
      Atomics.add(this.u32, POOL.exhausted >> 2, 1);
      return -1;
    }
    const offset = this.slotOffset(slot);
    this.u32[(offset + SLOT.generation) >> 2]++;
    Atomics.store(this.i32, (offset + SLOT.refCount) >> 2, 1);
    return slot;
  }

  /** Adds one reference. */
  retain(slot: number): void {
    Atomics.add(this.i32, (this.slotOffset(slot) + SLOT.refCount) >> 2, 1);
  }

  /**
   * Gives one reference back; the last one frees the slot.
   *
   * @throws {TypeError} if the slot is free already: it was released twice
   */
  release(slot: number): void {
    const at = (this.slotOffset(slot) + SLOT.refCount) >> 2;
    const before = Atomics.sub(this.i32, at, 1);
    if (before > 1) return;
    if (before < 1) {
      Atomics.add(this.i32, at, 1);
      throw new TypeError(`Cannot release slot ${slot} of pool "${this.name}": it was released before`);
    }
    if (this.#magazineCount < MAGAZINE_SIZE && !this.#hasWaiters()) this.#magazine[this.#magazineCount++] = slot;
    else this.#toBitmap(slot);
  }

  /** References to a slot now. */
  references(slot: number): number {
    return Atomics.load(this.i32, (this.slotOffset(slot) + SLOT.refCount) >> 2);
  }

  /** Gives the magazine back to everybody: before the lane sleeps or ends. */
  flushMagazine(): void {
    while (this.#magazineCount > 0) this.#toBitmap(this.#magazine[--this.#magazineCount]);
  }

  /** Asks for inbox bit 0 when a slot is freed. Try again after asking: one may have been freed before. */
  awaitSlot(): void {
    Atomics.or(this.i32, (POOL.waiters >> 2) + (this.#lane >> 5), 1 << (this.#lane & 31));
  }

  /** Free slots in the bitmap. Those in the lanes' magazines are not in it. */
  freeInBitmap(): number {
    let free = 0;
    for (let word = 0; word < this.#words; word++) {
      for (let bits = Atomics.load(this.i32, this.#bitmapAt + word); bits !== 0; bits &= bits - 1) free++;
    }
    return free;
  }

  /** Free slots in this lane's magazine. */
  get freeInMagazine(): number {
    return this.#magazineCount;
  }

  /** How often a slot was wanted and none was free. */
  get exhausted(): number {
    return Atomics.load(this.u32, POOL.exhausted >> 2);
  }

  #hasWaiters(): boolean {
    const at = POOL.waiters >> 2;
    return Atomics.load(this.i32, at) !== 0 || Atomics.load(this.i32, at + 1) !== 0;
  }

  #fromBitmap(): number {
    for (let k = 0; k < this.#words; k++) {
      const word = this.#hint + k < this.#words ? this.#hint + k : this.#hint + k - this.#words;
      let bits = Atomics.load(this.i32, this.#bitmapAt + word);
      while (bits !== 0) {
        const bit = bits & -bits;
        const before = Atomics.and(this.i32, this.#bitmapAt + word, ~bit);
        if ((before & bit) !== 0) {
          this.#hint = word;
          return word * 32 + 31 - Math.clz32(bit);
        }
        bits = before & ~bit;
      }
    }
    return -1;
  }

  #toBitmap(slot: number): void {
    const bit = 1 << (slot & 31);
    Atomics.or(this.i32, this.#bitmapAt + (slot >> 5), bit);
    if (!this.#hasWaiters()) return;
    for (let half = 0; half < 2; half++) {
      let lanes = Atomics.exchange(this.i32, (POOL.waiters >> 2) + half, 0);
      while (lanes !== 0) {
        this.#driver.signal(half * 32 + 31 - Math.clz32(lanes & -lanes), POOL_INBOX_BIT);
        lanes &= lanes - 1;
      }
    }
  }
}

function checkSpec(spec: PoolSpec): void {
  for (const [key, max] of [["slotBytes", 0x7fffffff], ["slots", POOL.maxSlots]] as const) {
    const value = spec[key];
    if (!Number.isInteger(value) || value < 1 || value > max) {
      throw new RangeError(
        `Cannot make pool "${spec.name}": ${key} is ${value}, wanted a whole number from 1 to ${max}`,
      );
    }
  }
}

/** Bytes of one lane's row in the table of holds: lanes never write to one cache line. */
function holdRow(slots: number): number {
  return alignTo(slots, 64);
}

function alignTo(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
