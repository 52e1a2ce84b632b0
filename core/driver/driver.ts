/**
 * What the runtime needs from the machine under it: memory that lanes share, rings between lanes, doorbells and a
 * clock. There are two drivers: `native` stands on the Rust library (`ffi/`), `portable` on SharedArrayBuffer and
 * Atomics. Everything above this interface is the same code for both.
 *
 * Words: an *entry* is the u32 that travels through a ring: a slot of a pool and per-link flags (see `entry.ts`). A
 * *token* is a structured-cloneable description by which another lane opens the same arena or ring.
 *
 * Hot path: `push`, `commit`, `pop`, `fetch` and `nowNs` allocate nothing and never block. A ring end belongs to one
 * lane at a time; using it from two lanes at once breaks it.
 *
 * @module
 */

/** Which driver this is. */
export type DriverKind = "native" | "portable";

/** `push()` took the entry and nothing was evicted. No entry has this value. */
export const RING_ACCEPTED = 0xffffffff;

/** `push()` found the ring full and refused; `pop()` found it empty. No entry has this value. */
export const RING_NONE = 0xfffffffe;

/** Most entries that one `commit()` or `fetch()` moves. */
export const RING_BATCH = 256;

/** Describes an arena to another lane of the same process. */
export type ArenaToken =
  | { readonly kind: "native"; readonly address: bigint; readonly byteLength: number; readonly maxByteLength: number }
  | { readonly kind: "portable"; readonly buffer: SharedArrayBuffer };

/** Describes a ring to another lane of the same process. */
export type RingToken =
  | { readonly kind: "native"; readonly address: bigint; readonly capacity: number; readonly evicts: boolean }
  | {
    readonly kind: "portable";
    readonly buffer: SharedArrayBuffer;
    readonly capacity: number;
    readonly evicts: boolean;
    /** Byte offset of the link's record in the control arena. */
    readonly linkOffset: number;
  };

/** What a ring is made of. */
export interface RingSpec {
  /** Entries that fit, 1 to 65,536. Exact: it is not rounded up to a power of two. */
  readonly capacity: number;
  /** `true`: a push into a full ring takes out the oldest (roll-off, latest). `false`: it is refused. */
  readonly evicts: boolean;
  /** Byte offset of the link's record in the control arena; its `WRITER_WAITING` word is read by the reader's end. */
  readonly linkOffset: number;
}

/** The writing end of a ring. */
export interface RingWriter {
  /** Fill `[0, n)` with entries, then call `commit(n)`. Holds `RING_BATCH` entries. */
  readonly staging: Uint32Array;
  /** After `commit()`: the entries that were taken out, oldest first, in `[0, evictedCount)`. */
  readonly evicted: Uint32Array;
  /** How many entries the last `commit()` took out. */
  evictedCount: number;
  /**
   * Pushes `staging[0..count)` in order and signals the reading lane once.
   *
   * @returns how many were taken, counted from the front: all of them on a ring that evicts
   */
  commit(count: number): number;
  /**
   * Pushes one entry and signals the reading lane.
   *
   * @returns `RING_ACCEPTED`, `RING_NONE` (full), or the evicted entry, which now belongs to the caller
   */
  push(entry: number): number;
  /** Free places now; the reader may free more at any time. */
  room(): number;
  /**
   * Asks for a signal to the writing lane when the reader next frees a place.
   *
   * @returns the free places after asking: if not 0, go on at once
   */
  awaitRoom(): number;
}

/**
 * The reading end of a ring. On a ring that evicts, the first entry that is taken after an eviction carries
 * `ENTRY.discontinuity`.
 */
export interface RingReader {
  /** After `fetch()`: the entries, oldest first. Holds `RING_BATCH` entries. */
  readonly staging: Uint32Array;
  /** Takes up to `max` (≤ `RING_BATCH`) entries into `staging`. @returns how many */
  fetch(max: number): number;
  /** Takes one entry. @returns the entry, or `RING_NONE` */
  pop(): number;
  /** Entries that are in the ring now; the writer may add more, or take out the oldest, at any time. */
  available(): number;
}

/** One isolate's access to the shared machinery. Each lane has a driver of its own. */
export interface Driver {
  readonly kind: DriverKind;
  /** The library's version line, such as `sluice-native 0.1.0 (abi 1)`; `portable` for the portable driver. */
  readonly version: string;
  /** Nanoseconds since the epoch that all lanes of this runtime share. */
  nowNs(): number;
  /**
   * Makes zeroed, page-aligned memory that every lane can open. What is not touched takes addresses alone.
   *
   * @param maxByteLength what `growArena()` may make of it; by default no more
   * @throws {RangeError} if the system refuses either length
   */
  createArena(byteLength: number, maxByteLength?: number): ArenaToken;
  /**
   * The token by which lanes open more of an arena: all its bytes stay where they are, and older buffers over them stay
   * what they are.
   *
   * @param byteLength at most the greatest length that the arena was made with
   */
  growArena(token: ArenaToken, byteLength: number): ArenaToken;
  /**
   * Gives the memory of the pages between two offsets back to the system, and keeps their addresses. Nobody uses them;
   * whoever does later finds zeros there.
   *
   * @returns whether it could: not in portable mode, where the memory is kept for what comes later
   */
  discardPages(token: ArenaToken, from: number, to: number): boolean;
  /** Bytes of memory that this process may have; `undefined` if that cannot be known. */
  machineBytes(): number | undefined;
  /**
   * Wraps an arena for this isolate. Calling it again gives a buffer over the same bytes: the same buffer, unless
   * somebody has detached it, or the token is for more. Nodes never see it: they get that of `lendArena()`.
   *
   * @throws {TypeError} if the arena was released (native only)
   */
  openArena(token: ArenaToken): ArrayBuffer | SharedArrayBuffer;
  /**
   * Wraps an arena once more, for code that may take the memory away from whoever has the same buffer, by transferring
   * it: each call gives a buffer of its own where that is possible, so that what `openArena()` gave stays as it is.
   *
   * @throws {TypeError} if the arena was released (native only)
   */
  lendArena(token: ArenaToken): ArrayBuffer | SharedArrayBuffer;
  /**
   * Gives up this driver's hold, taken by `createArena()` or the first `openArena()`; without a hold, nothing happens.
   * With the last hold the memory goes back to the system, and buffers over it read as zeros, later as the next
   * arena. The holds of a thread end with it.
   */
  releaseArena(token: ArenaToken): void;
  /**
   * Names the arena that holds the lane and link records, formatted by `ControlPage.format()`. Before any call below.
   * It is released after everything that uses it.
   *
   * @throws {TypeError} if it is no control arena
   */
  useControl(token: ArenaToken): void;
  /** What another isolate needs to build its driver: passed to `openDriver()`. */
  readonly token: DriverToken;
  /** @throws {RangeError} for a capacity outside 1 to 65,536, or an offset at which no link record starts */
  createRing(spec: RingSpec): RingToken;
  /**
   * Frees a ring. Both ends must have been dropped by their lanes: a ring of which a fenced lane had an end is never
   * released, since that lane may still call it.
   */
  releaseRing(token: RingToken): void;
  /** Tells the ring which lane reads it, and by which bit of that lane's inbox it is signalled. */
  bindReader(token: RingToken, lane: number, bit: number): void;
  /** Tells the ring which lane writes it, and by which inbox bit that lane hears of freed places. */
  bindWriter(token: RingToken, lane: number, bit: number): void;
  openWriter(token: RingToken): RingWriter;
  openReader(token: RingToken): RingReader;
  /** Sets a bit of a lane's inbox and wakes the lane if it sleeps. */
  signal(lane: number, bit: number): void;
  /** Wakes a lane with no inbox bit: control messages use it. */
  ringBell(lane: number): void;
  /**
   * Blocks this thread until lane's bell differs from `seenBell`, its inbox is not empty, or the time is over. For
   * worker lanes with nothing pending in their event loop. Never on main. May return early for no reason.
   */
  park(lane: number, seenBell: number, timeoutMs: number): void;
  /** As `park`, without blocking the event loop. At most one at a time in an isolate; `timeoutMs` ≤ 250. */
  parkAsync(lane: number, seenBell: number, timeoutMs: number): Promise<void>;
  /**
   * Declares that this thread now runs the lane's given generation, from 1, and writes it to the lane's record. When
   * the thread ends, the record's `deadGeneration` says so. From when the record holds a later generation (the control
   * isolate fences a lane by storing one), this thread's ring calls are refused: a ring looks full to it, or empty.
   * All of this is native only: with the portable driver only the lane itself can say that its thread ends.
   */
  enterLane(lane: number, generation: number, row: number): void;
  /**
   * Makes this thread as urgent as that, on these processors; of an empty list, where it may run now.
   *
   * @returns what was refused, and the thread does without; `undefined` for nothing
   */
  scheduleThread(priority: "realtime" | "high" | "normal", cpus: readonly number[]): string | undefined;
}

/** Builds the same driver in another isolate. */
export type DriverToken =
  | { readonly kind: "native"; readonly libraryPath: string }
  | { readonly kind: "portable"; readonly epochMs: number };
