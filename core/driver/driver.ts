/**
 * The runtime's interface to the machine: memory that lanes share, rings between lanes, doorbells and a clock. Of its
 * two drivers, `native` uses the Rust library (`ffi/`), and `portable` SharedArrayBuffer and Atomics. All code above
 * this interface is the same for both.
 *
 * Words: an *entry* is the u32 that travels through a ring: a slot of a pool and per-link flags (see `entry.ts`). A
 * *token* is a structured-cloneable description by which another lane opens the same arena or ring.
 *
 * Hot path: `push`, `commit`, `pop`, `fetch` and `nowNs` allocate nothing and never block: a full ring refuses or
 * evicts. One lane at a time may use a ring end; use by two lanes at once breaks the ring.
 *
 * @module
 */

/** The kind of a driver. */
export type DriverKind = "native" | "portable";

/** `push()` accepted the entry and evicted none. No entry has this value. */
export const RING_ACCEPTED = 0xffffffff;

/** `push()` found the ring full and refused the entry; `pop()` found the ring empty. No entry has this value. */
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

/** The description of a ring. */
export interface RingSpec {
  /** Entries that fit, 1 to 65,536. Exact: not rounded up to a power of two. */
  readonly capacity: number;
  /** `true`: a push into a full ring evicts the oldest entry (roll-off, latest). `false`: the push is refused. */
  readonly evicts: boolean;
  /** Byte offset of the link's record in the control arena; the reader's end reads its `WRITER_WAITING` word. */
  readonly linkOffset: number;
}

/** The writing end of a ring. */
export interface RingWriter {
  /** Fill `[0, n)` with entries, then call `commit(n)`. Holds `RING_BATCH` entries. */
  readonly staging: Uint32Array;
  /** After `commit()`: the evicted entries, oldest first, in `[0, evictedCount)`. */
  readonly evicted: Uint32Array;
  /** The number of entries that the last `commit()` evicted. */
  evictedCount: number;
  /**
   * Pushes `staging[0..count)` in order and signals the reading lane once.
   *
   * @returns the number of accepted entries, from the front: all of them on a ring that evicts
   */
  commit(count: number): number;
  /**
   * Pushes one entry and signals the reading lane.
   *
   * @returns `RING_ACCEPTED`, `RING_NONE` (full), or the evicted entry, which now belongs to the caller
   */
  push(entry: number): number;
  /** Returns the free places; the reader may free more at any time. */
  room(): number;
  /**
   * Requests a signal to the writing lane when the reader next frees a place.
   *
   * @returns the free places after the request: if not 0, go on at once
   */
  awaitRoom(): number;
}

/**
 * The reading end of a ring. On a ring that evicts, the first entry taken after an eviction carries
 * `ENTRY.discontinuity`.
 */
export interface RingReader {
  /** After `fetch()`: the entries, oldest first. Holds `RING_BATCH` entries. */
  readonly staging: Uint32Array;
  /** Takes up to `max` (≤ `RING_BATCH`) entries into `staging`. @returns their number */
  fetch(max: number): number;
  /** Takes one entry. @returns the entry, or `RING_NONE` */
  pop(): number;
  /** Returns the entries in the ring; the writer may add more, or evict the oldest, at any time. */
  available(): number;
}

/** One isolate's access to the shared memory, rings and clock. Each lane has a driver of its own. */
export interface Driver {
  readonly kind: DriverKind;
  /** The library's version line, such as `sluice-native 0.1.0 (abi 1)`; `portable` for the portable driver. */
  readonly version: string;
  /** Returns nanoseconds since the epoch that all lanes of this runtime share. */
  nowNs(): number;
  /**
   * Makes zeroed, page-aligned memory that every lane can open. Untouched pages take only addresses.
   *
   * @param maxByteLength the limit for `growArena()`; by default `byteLength`
   * @throws {RangeError} if the system refuses either length
   */
  createArena(byteLength: number, maxByteLength?: number): ArenaToken;
  /**
   * Returns the token by which lanes open more of an arena. All its bytes keep their places, and older buffers over
   * them stay valid.
   *
   * @param byteLength at most the maximum given to `createArena()`
   */
  growArena(token: ArenaToken, byteLength: number): ArenaToken;
  /**
   * Returns the memory of the pages between two offsets to the system, and keeps their addresses. Nobody may be using
   * the pages; later readers find zeros.
   *
   * @returns true if the memory was returned; false in portable mode, which keeps it for later use
   */
  discardPages(token: ArenaToken, from: number, to: number): boolean;
  /** Returns the bytes of memory that this process may have; `undefined` if unknown. */
  machineBytes(): number | undefined;
  /**
   * Wraps an arena for this isolate. A further call returns the same buffer, unless the buffer was detached or the
   * token is for more bytes. Nodes never see this buffer: they get one from `lendArena()`.
   *
   * @throws {TypeError} if the arena was released (native only)
   */
  openArena(token: ArenaToken): ArrayBuffer | SharedArrayBuffer;
  /**
   * Wraps an arena once more, for code that may detach its buffer by transferring it. Each call returns a buffer of its
   * own if possible, so that the buffer of `openArena()` stays valid.
   *
   * @throws {TypeError} if the arena was released (native only)
   */
  lendArena(token: ArenaToken): ArrayBuffer | SharedArrayBuffer;
  /**
   * Releases this driver's hold, taken by `createArena()` or the first `openArena()`; does nothing without a hold. With
   * the last hold the memory returns to the system, and buffers over it read as zeros, later as the next arena. The
   * holds of a thread end with it.
   */
  releaseArena(token: ArenaToken): void;
  /**
   * Sets the arena of the lane and link records, formatted by `ControlPage.format()`. Call it before the methods below.
   * Release that arena after all of its users.
   *
   * @throws {TypeError} if the token is not of a control arena
   */
  useControl(token: ArenaToken): void;
  /** The token from which `openDriver()` builds a driver in another isolate. */
  readonly token: DriverToken;
  /** @throws {RangeError} for a capacity outside 1 to 65,536, or an offset without a link record */
  createRing(spec: RingSpec): RingToken;
  /**
   * Frees a ring. Both lanes must have dropped their ends: the ring of a fenced lane is never released, since that lane
   * may still call it.
   */
  releaseRing(token: RingToken): void;
  /** Sets the lane that reads the ring, and the inbox bit by which that lane is signalled. */
  bindReader(token: RingToken, lane: number, bit: number): void;
  /** Sets the lane that writes the ring, and the inbox bit by which that lane is signalled when places are freed. */
  bindWriter(token: RingToken, lane: number, bit: number): void;
  openWriter(token: RingToken): RingWriter;
  openReader(token: RingToken): RingReader;
  /** Sets a bit of a lane's inbox and wakes the lane if it sleeps. */
  signal(lane: number, bit: number): void;
  /** Wakes a lane without an inbox bit, for control messages. */
  ringBell(lane: number): void;
  /**
   * Blocks this thread until the lane's bell differs from `seenBell`, its inbox is not empty, or the time is over. For
   * worker lanes with nothing pending in their event loop; never on main. May return early for no reason.
   */
  park(lane: number, seenBell: number, timeoutMs: number): void;
  /** As `park`, without blocking the event loop. An isolate may have one call pending; `timeoutMs` ≤ 250. */
  parkAsync(lane: number, seenBell: number, timeoutMs: number): Promise<void>;
  /**
   * Declares that this thread runs a generation of the lane, from 1, and writes it to the lane's record. When the
   * thread ends, the record's `deadGeneration` gets that generation. Once the record holds a later generation (the
   * control isolate fences a lane by storing one), ring calls of this thread are refused: a ring looks full or empty to
   * it. Native only: with the portable driver only the lane itself can report its end.
   */
  enterLane(lane: number, generation: number, row: number): void;
  /**
   * Sets the priority and the processors of this thread; with an empty list, all processors that it may use.
   *
   * @returns the refusal, without which the thread goes on; `undefined` for none
   */
  scheduleThread(priority: "realtime" | "high" | "normal", cpus: readonly number[]): string | undefined;
}

/** Describes a driver, to build the same one in another isolate. */
export type DriverToken =
  | { readonly kind: "native"; readonly libraryPath: string }
  | { readonly kind: "portable"; readonly epochMs: number };
