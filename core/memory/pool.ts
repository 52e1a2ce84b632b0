/**
 * Pools: fixed-size slots carved out of an arena, shared by all lanes.
 *
 * Contract: only the thread of the view's lane calls it. Nothing here blocks or allocates while frames flow. When the
 * pool is empty, `takeSlot()` returns -1 and the lane may ask to be woken (`awaitSlot()`): inbox bit 0 of a lane means
 * "a pool has slots again".
 *
 * The free list is a bitmap in the arena (bit set = free), changed with atomic and/or. In front of it, a small
 * *magazine* of free slots belongs to this lane alone, so that a frame usually costs no atomic operation on shared
 * words. A lane empties its magazine before it sleeps and before it reports that a node which left it has ended, and
 * reduces it to {@linkcode MAGAZINE_SIZE} in each round in which others wait for slots. A lane takes the lowest free
 * slots first, so that the same few stay in use: processors have their headers in cache, and the memory of other slots
 * is never touched.
 *
 * The table of holds has a byte for each slot and thread, which only that thread writes: the number of references that
 * the thread has (1 to 126), or {@linkcode HOLD_FREE} if the slot is in its magazine. A thread raises the byte after it
 * takes a reference and lowers it before it gives one away. So others can give back the slots of a dead lane: a crash
 * between the two steps loses the slots that were being recorded, one or at most a magazine, and never frees a slot
 * twice. A thread uses the row of its lane's number, unless a fenced thread of that lane may still write there.
 *
 * A pool has addresses for more slots than it lends: the first *open* slots are lent. The control isolate grows it in
 * two steps: it gives every lane a token of more slots, with which the lane opens more of the arena ({@linkcode
 * Pool.grow}); then it sets their bits, so that no lane meets a slot that it cannot see. To shrink the pool it lowers
 * the number of open slots and clears the bits of the others as they come back; lanes read the number in each round and
 * keep no other slots in their magazines ({@linkcode PoolGate} in `pool_gate.ts`).
 *
 * @module
 */
import { POOL, SLOT } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import type { ArenaToken, Driver } from "../driver/driver.ts";
import type { HeldFrame, Ledger } from "./ledger.ts";
import { holdRow, type PoolToken } from "./pool_layout.ts";

// Local copies: V8 resolves an imported constant again at each use.
const GENERATION = SLOT.generation >> 2;
const REF_COUNT = SLOT.refCount >> 2;
const WAITERS = POOL.waiters >> 2;
const OPEN_SLOTS = POOL.openSlots >> 2;

/** The inbox bit of every lane that means: a slot was freed. */
export const POOL_INBOX_BIT = 0;

/** The most free slots that a lane keeps while others wait for some. */
export const MAGAZINE_SIZE = 8;

/** From this many free slots on, a lane fills its magazine rather than take only the slots that it needs. */
const PLENTY = 2 * MAGAZINE_SIZE;

/** The most free slots that a lane keeps of a pool with slots to spare. */
export const MAX_MAGAZINE = 32;

/** The share of a pool, one slot in this many, that limits a magazine beyond {@linkcode MAGAZINE_SIZE}. */
const MAGAZINE_SHARE = 32;

/** The largest hold: this many references or more. */
export const HOLD_MANY = 127;

/** The hold of a free slot in the lane's magazine. */
export const HOLD_FREE = 128;

/** The first hold of a row whose thread has given back everything and no longer uses the row. */
export const HOLD_LEFT = 255;

/** One lane's view of a pool. */
export class Pool {
  readonly name: string;
  readonly index: number;
  /** How many slots this view covers: all that were ever lent. */
  slotCount!: number;
  /** Bytes of payload in a slot. */
  readonly payloadBytes: number;
  /** Records the references that the lane's synchronous ticks own. */
  readonly ledger: Ledger;
  /** The cached frame object of each slot. */
  readonly views: (HeldFrame | undefined)[] = [];
  /** Views of the arena that no node gets, so none can transfer them. They throw after `close()`. */
  u8!: Uint8Array;
  u16!: Uint16Array;
  i32!: Int32Array;
  u32!: Uint32Array;
  f64!: Float64Array;
  view!: DataView;
  /** True if frames are checked, as in development mode. */
  readonly development: boolean = false;
  /** True after `close()`. */
  closed = false;
  readonly #driver: Driver;
  #arena!: ArenaToken;
  /**
   * The buffer over which frames make views of payloads, and a view of the buffer that becomes empty once a node has
   * transferred the buffer.
   */
  #payloads: ArrayBuffer | SharedArrayBuffer | undefined;
  /** True if nodes may have views of payloads: the pool then checks after each of their ticks. */
  #isLent = false;
  #canary: Uint8Array = new Uint8Array(0);
  #wereTaken = false;
  readonly #lane: number = 0;
  /** Where the bitmap starts, in 32-bit words. */
  readonly bitmapAt: number = 0;
  #words: number = 0;
  readonly #slotsOffset: number = 0;
  readonly #stride: number = 0;
  /** The first header and the stride in 32-bit words, in which offsets stay small integers longer. */
  readonly #firstHeader: number = 0;
  readonly #strideWords: number = 0;
  /** Where this lane's row of the table of holds starts. */
  readonly #holdsAt: number = 0;
  readonly #magazine = new Int32Array(MAX_MAGAZINE);
  #magazineCount = 0;
  /** How many slots the magazine may hold. */
  #magazineSize: number = 0;
  /** Magazines keep no slots from this one on: they are not lent. */
  #keepBelow = 0;
  #guardedCount = 0;
  #guarded: { stopReading(): void } | undefined;

  /**
   * Opens the pool for one lane.
   *
   * @param lane that uses this view
   * @param ledger the lane's
   * @param row of the table of holds, which no other thread writes; by default that of the lane's number
   */
  constructor(driver: Driver, token: PoolToken, lane: number, ledger: Ledger, row: number = lane) {
    this.#driver = driver;
    this.#lane = lane;
    this.ledger = ledger;
    this.name = token.name;
    this.#cover(token);
    if (this.u32[POOL.magic >> 2] !== POOL.magicValue) throw new TypeError(`Not a pool: "${token.name}"`);
    this.index = this.u32[POOL.poolIndex >> 2];
    this.payloadBytes = this.u32[POOL.payloadBytes >> 2];
    this.#stride = this.u32[POOL.slotStride >> 2];
    this.#slotsOffset = this.u32[POOL.slotsOffset >> 2];
    this.#firstHeader = index32(this.#slotsOffset);
    this.#strideWords = index32(this.#stride);
    this.bitmapAt = index32(this.u32[POOL.bitmapOffset >> 2]);
    this.#holdsAt = this.#rowOf(row);
  }

  /**
   * Covers more slots of the same pool and keeps all state of the others. Frames find the new buffer by {@linkcode
   * payloads}, as after a transfer.
   */
  grow(token: PoolToken): void {
    if (this.closed || token.slots <= this.slotCount) return;
    this.#cover(token);
    if (!this.#isLent) return;
    const wereTaken = this.#wereTaken || this.#canary.length === 0;
    this.#lendPayloads();
    this.#wereTaken = wereTaken;
  }

  /** How many slots are lent, from the first on. */
  get openSlots(): number {
    return Atomics.load(this.u32, OPEN_SLOTS);
  }

  /**
   * Gives the memory of a slot's payload back to the system, and keeps its addresses. The slot must not be lent. Its
   * header stays: by its generation, cached frames know that the slot has been used.
   *
   * @returns whether the system takes it
   */
  discardPayload(slot: number): boolean {
    return this.#driver.discardPages(this.#arena, this.slotOffset(slot) + SLOT.size, this.slotOffset(slot + 1));
  }

  /**
   * The arena, for nodes' views of payloads. After a node has transferred the buffer of a view, this is another buffer
   * over the same bytes: a caller that keeps views checks whether they still belong to it.
   */
  get payloads(): ArrayBuffer | SharedArrayBuffer {
    if (this.#canary.length === 0) this.#lendPayloads();
    return this.#payloads!;
  }

  /** True if a node has transferred {@linkcode payloads} away since the last call. */
  payloadsWereTaken(): boolean {
    if (!this.#isLent) return false;
    if (this.#canary.length === 0 && !this.closed) this.#lendPayloads();
    const taken = this.#wereTaken;
    this.#wereTaken = false;
    return taken;
  }

  /** Byte offset of a slot's header in the arena. */
  slotOffset(slot: number): number {
    return this.#slotsOffset + slot * this.#stride;
  }

  /** Index of a slot's header in {@linkcode i32} and {@linkcode u32}. */
  headerAt(slot: number): number {
    return this.#firstHeader + slot * this.#strideWords;
  }

  /**
   * Makes sure that the next `count` calls of `takeSlot()` succeed.
   *
   * @param count 1 to {@linkcode MAGAZINE_SIZE}
   */
  ensure(count: number): boolean {
    return this.#magazineCount >= count || this.#refill(count);
  }

  /**
   * Guards a running tick: stops its reading once the next `count` calls of `takeSlot()` may fail, so that the tick
   * calls `ensure()` before it reads on.
   */
  guard(reading: { stopReading(): void }, count: number): void {
    this.#guarded = reading;
    this.#guardedCount = count;
  }

  /** Ends the guard: the tick has ended, or checks for itself. */
  endGuard(): void {
    this.#guardedCount = 0;
  }

  /** Takes a free slot, with a new generation and a reference count of 1. @returns -1 when the pool is empty */
  takeSlot(): number {
    if (this.#magazineCount === 0 && !this.#refill(1)) {
      this.countExhausted();
      return -1;
    }
    const slot = this.#magazine[--this.#magazineCount];
    if (this.#magazineCount < this.#guardedCount) this.#guarded!.stopReading();
    const at = this.headerAt(slot);
    this.u32[at + GENERATION]++;
    // No other lane refers to the slot; a lane gets to know of it through a ring, which orders this write before.
    this.i32[at + REF_COUNT] = 1;
    this.u8[this.#holdsAt + slot] = 1;
    return slot;
  }

  /** Takes a slot for a copy of a frame. @returns -1 if none is free */
  slotForCopy(_slot: number): number {
    return this.takeSlot();
  }

  /** Adds one reference, which this lane holds. */
  retain(slot: number): void {
    Atomics.add(this.i32, this.headerAt(slot) + REF_COUNT, 1);
    this.receive(slot);
  }

  /** Records that this lane holds a reference which came out of a ring. */
  receive(slot: number): void {
    const at = this.#holdsAt + slot;
    const held = this.u8[at];
    if (held < HOLD_MANY) this.u8[at] = held + 1;
  }

  /** Records that this lane is about to give a reference to a ring. */
  giveAway(slot: number): void {
    const at = this.#holdsAt + slot;
    const held = this.u8[at];
    if (held > 0 && held < HOLD_MANY) this.u8[at] = held - 1;
  }

  /**
   * Gives one of this lane's references back; the last one frees the slot.
   *
   * @throws {TypeError} if this lane has none: the reference was released twice
   */
  release(slot: number): void {
    const at = this.#holdsAt + slot;
    const held = this.u8[at];
    const count = this.headerAt(slot) + REF_COUNT;
    // The usual case, kept short: no other lane refers to the slot, and it goes into the magazine.
    if (held === 1 && this.i32[count] === 1 && this.#keepsAtOnce(slot)) {
      // Written first: if the thread dies between the two writes, reclaiming its lane frees the slot.
      this.u8[at] = HOLD_FREE;
      this.i32[count] = 0;
      this.#magazine[this.#magazineCount++] = slot;
      return;
    }
    if (held === 0 || held === HOLD_FREE) this.#refuse(slot);
    if (held < HOLD_MANY) this.u8[at] = held - 1;
    this.releaseForeign(slot);
  }

  /**
   * Gives back a reference that no lane holds, such as one that a ring gave up.
   *
   * @throws {TypeError} if the slot is free already
   */
  releaseForeign(slot: number): void {
    const at = this.headerAt(slot) + REF_COUNT;
    // Only a holder may add a reference, so the last holder alone changes the count.
    if (this.i32[at] === 1) {
      this.i32[at] = 0;
      this.giveBack(slot);
      return;
    }
    const before = Atomics.sub(this.i32, at, 1);
    if (before > 1) return;
    if (before < 1) {
      Atomics.add(this.i32, at, 1);
      this.#refuse(slot);
    }
    this.giveBack(slot);
  }

  /** Returns the current number of references to a slot. */
  references(slot: number): number {
    return Atomics.load(this.i32, this.headerAt(slot) + REF_COUNT);
  }

  /** Returns the magazine to the pool, before the lane parks or ends. */
  flushMagazine(): void {
    this.#giveUp(0);
  }

  /**
   * Returns slots beyond {@linkcode MAGAZINE_SIZE} if others wait for some, and those that are not lent. Called in each
   * round of a lane that does not park.
   */
  share(): void {
    if (this.u32[OPEN_SLOTS] !== this.#keepBelow) this.#keepFew(this.u32[OPEN_SLOTS]);
    if (this.#magazineCount > MAGAZINE_SIZE && this.#isWaitedFor()) this.#giveUp(MAGAZINE_SIZE);
  }

  /** True if this lane holds the slot, or has it in its magazine. No other lane writes to the slot then. */
  isHere(slot: number): boolean {
    return this.u8[this.#holdsAt + slot] !== 0;
  }

  /**
   * Returns a row of the table of holds: a thread's hold of each slot. Only that thread writes there while it lives.
   */
  holdsOf(row: number): Uint8Array {
    const start = this.#rowOf(row);
    return this.u8.subarray(start, start + this.slotCount);
  }

  /** Returns an unreferenced slot to the pool, and wakes lanes that wait for one. */
  returnToAll(slot: number): void {
    const bit = 1 << (slot & 31);
    Atomics.or(this.i32, this.bitmapAt + (slot >> 5), bit);
    this.wakeWaiters();
  }

  /** Wakes lanes that wait for a slot. */
  wakeWaiters(): void {
    if (this.#hasWaiters()) this.#wakeWaiters();
  }

  /**
   * Ends this view when its runtime has ended: another runtime may soon use the memory. Using one of its frames
   * afterwards throws a `TypeError`; releasing one does nothing.
   */
  close(): void {
    this.closed = true;
    const name = this.name;
    const refuse = (): never => {
      throw new TypeError(`Cannot use a frame of pool "${name}": the runtime that it belongs to has ended`);
    };
    const gone = new Proxy({}, { get: refuse, set: refuse }) as never;
    this.u8 =
      this.u16 =
      this.i32 =
      this.u32 =
      this.f64 =
      this.view =
        gone;
    this.release = () => {};
    this.takeSlot = this.retain = this.references = refuse;
    this.views.length = 0;
    // The slots left in the magazine are freed when the thread's lane is reclaimed.
    this.#magazineCount = 0;
  }

  /** Counts a failed attempt to take a slot. */
  countExhausted(): void {
    Atomics.add(this.u32, POOL.exhausted >> 2, 1);
  }

  /** Asks for inbox bit 0 when a slot is freed. Try again after asking: a slot may have been freed before. */
  awaitSlot(): void {
    Atomics.or(this.i32, WAITERS + (this.#lane >> 5), 1 << (this.#lane & 31));
  }

  /** Returns how many slots are free in the bitmap, without those in the lanes' magazines. */
  freeInBitmap(): number {
    let free = 0;
    for (let word = 0; word < this.#words; word++) {
      free += countBits(Atomics.load(this.i32, this.bitmapAt + word));
    }
    return free;
  }

  /** Free slots in this lane's magazine. */
  get freeInMagazine(): number {
    return this.#magazineCount;
  }

  /** How many attempts to take a slot failed. */
  get exhausted(): number {
    return Atomics.load(this.u32, POOL.exhausted >> 2);
  }

  /** Frees a slot whose last reference has gone. */
  protected giveBack(slot: number): void {
    if (slot >= this.#keepBelow || this.#isWaitedFor()) {
      this.returnToAll(slot);
      return;
    }
    if (this.#magazineCount === this.#magazineSize) this.#spill();
    this.#keep(slot);
  }

  /** True if a slot that is freed may go straight into the magazine. */
  #keepsAtOnce(slot: number): boolean {
    return !this.development && slot < this.#keepBelow && this.#magazineCount < this.#magazineSize &&
      !this.#isWaitedFor();
  }

  /** Fills the magazine with at least `count` slots, and with more if many are free. */
  #refill(count: number): boolean {
    const plenty = 2 * this.#magazineSize;
    const free = this.#countFree(plenty);
    // Takes none if they do not suffice: returning them would wake others, which would do the same for ever.
    if (this.#magazineCount + free < count) return false;
    const target = free >= plenty ? this.#magazineSize : free >= PLENTY ? MAGAZINE_SIZE : count;
    for (let word = 0; word < this.#words && this.#magazineCount < target; word++) {
      let wanted = 0;
      // Other lanes may take some meanwhile; the result of the atomic operation shows which were free.
      let bits = this.i32[this.bitmapAt + word];
      for (let left = target - this.#magazineCount; left > 0 && bits !== 0; left--) {
        wanted |= bits & -bits;
        bits &= bits - 1;
      }
      if (wanted === 0) continue;
      let taken = Atomics.and(this.i32, this.bitmapAt + word, ~wanted) & wanted;
      for (; taken !== 0; taken &= taken - 1) this.#keep(word * 32 + 31 - Math.clz32(taken & -taken));
    }
    return this.#magazineCount >= count;
  }

  /** Returns half of a full magazine to the pool. */
  #spill(): void {
    let word = -1;
    let bits = 0;
    while (this.#magazineCount > this.#magazineSize / 2) {
      const slot = this.#magazine[--this.#magazineCount];
      this.u8[this.#holdsAt + slot] = 0;
      if (slot >> 5 !== word) {
        if (bits !== 0) Atomics.or(this.i32, this.bitmapAt + word, bits);
        word = slot >> 5;
        bits = 0;
      }
      bits |= 1 << (slot & 31);
    }
    Atomics.or(this.i32, this.bitmapAt + word, bits);
    if (this.#hasWaiters()) this.#wakeWaiters();
  }

  /** Returns the magazine to the pool, except for `kept` slots. */
  #giveUp(kept: number): void {
    while (this.#magazineCount > kept) {
      const slot = this.#magazine[--this.#magazineCount];
      this.u8[this.#holdsAt + slot] = 0;
      this.returnToAll(slot);
    }
  }

  /** Applies a new number of open slots: returns slots of the magazine that are not among them. */
  #keepFew(open: number): void {
    this.#keepBelow = open;
    let kept = 0;
    for (let k = 0; k < this.#magazineCount; k++) {
      const slot = this.#magazine[k];
      if (slot < open) this.#magazine[kept++] = slot;
      else {
        this.u8[this.#holdsAt + slot] = 0;
        this.returnToAll(slot);
      }
    }
    this.#magazineCount = kept;
  }

  /** Counts the free slots in the bitmap, at least up to `enough`. */
  #countFree(enough: number): number {
    let free = 0;
    // Other lanes may take some meanwhile, whether this read is atomic or not.
    for (let word = 0; word < this.#words && free < enough; word++) free += countBits(this.i32[this.bitmapAt + word]);
    return free;
  }

  #lendPayloads(): void {
    this.#wereTaken = this.#isLent;
    this.#isLent = true;
    this.#payloads = this.#driver.lendArena(this.#arena);
    this.#canary = new Uint8Array(this.#payloads, 0, 1);
  }

  #keep(slot: number): void {
    this.#magazine[this.#magazineCount++] = slot;
    this.u8[this.#holdsAt + slot] = HOLD_FREE;
  }

  /** Maps the slots of a token, over the arena's present buffer. */
  #cover(token: PoolToken): void {
    this.#arena = token.arena;
    const buffer = this.#driver.openArena(token.arena);
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.view = new DataView(buffer);
    this.slotCount = token.slots;
    this.#words = Math.ceil(this.slotCount / 32);
    this.#magazineSize = magazineOf(this.slotCount);
    this.#keepBelow = this.slotCount;
  }

  #rowOf(row: number): number {
    return this.u32[POOL.holdsOffset >> 2] + row * holdRow(this.u32[POOL.slotCount >> 2]);
  }

  #refuse(slot: number): never {
    throw new TypeError(`Cannot release slot ${slot} of pool "${this.name}": it was released before`);
  }

  /** Reads without a fence: a lane that asks at this moment is served by a later read, or when this lane parks. */
  #isWaitedFor(): boolean {
    return this.u32[WAITERS] !== 0 || this.u32[WAITERS + 1] !== 0;
  }

  #hasWaiters(): boolean {
    return Atomics.load(this.i32, WAITERS) !== 0 || Atomics.load(this.i32, WAITERS + 1) !== 0;
  }

  #wakeWaiters(): void {
    for (let half = 0; half < 2; half++) {
      let lanes = Atomics.exchange(this.i32, WAITERS + half, 0);
      while (lanes !== 0) {
        this.#driver.signal(half * 32 + 31 - Math.clz32(lanes & -lanes), POOL_INBOX_BIT);
        lanes &= lanes - 1;
      }
    }
  }
}

/** Returns how many free slots of a pool a lane may keep. */
function magazineOf(slots: number): number {
  return Math.max(MAGAZINE_SIZE, Math.min(MAX_MAGAZINE, Math.floor(slots / MAGAZINE_SHARE)));
}

/** Returns the number of set bits in a word. */
export function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
