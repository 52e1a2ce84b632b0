/**
 * The driver without native code: SharedArrayBuffers, `Atomics` and the system's `performance` clock. It runs the same
 * TypeScript graphs as the native driver, but has no native lanes and does not promise real time. It learns of the
 * death of a lane only from the lane itself, which reports it as its last action.
 *
 * The ring has one writer and one reader. Head and tail count entries modulo the largest multiple of the capacity up to
 * 2^30, so that a count modulo the capacity is always the place. The reader and, on a ring that evicts, the writer
 * claim the oldest entry by compare-exchange on `head`, so each entry has exactly one taker. `Atomics` are sequentially
 * consistent, so an entry is visible before the `tail` that covers it. Ring calls allocate nothing and never block.
 *
 * @module
 */
import { ENTRY, LANE, LINK } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import { ControlPage } from "../control_page.ts";
import {
  type ArenaToken,
  type Driver,
  type DriverToken,
  RING_ACCEPTED,
  RING_BATCH,
  RING_NONE,
  type RingReader,
  type RingSpec,
  type RingToken,
  type RingWriter,
} from "./driver.ts";

/** Most entries that a ring holds. */
const MAX_CAPACITY = 65_536;

/** Bound of the counts. */
const SPAN = 1 << 30;

/**
 * Words before the entries: head and tail on lines of their own, then the lanes to signal (lane + 1, or 0 for none).
 */
const HEAD = 0;
/** The head after the last taken entry: only the reading lane uses it. */
const EXPECTED = 1;
const TAIL = 16;
const READER_LANE = 32;
const READER_BIT = 33;
const WRITER_LANE = 34;
const WRITER_BIT = 35;
const ENTRIES = 48;

type PortableRing = Extract<RingToken, { kind: "portable" }>;

export class PortableDriver implements Driver {
  readonly kind = "portable";
  readonly version = "portable";
  readonly token: DriverToken;
  readonly #epochMs: number;
  #control: ControlPage | undefined;

  /** @param token the token of the runtime's first driver; without one, a new epoch begins */
  constructor(token?: DriverToken) {
    this.#epochMs = token?.kind === "portable" ? token.epochMs : performance.timeOrigin + performance.now();
    this.token = { kind: "portable", epochMs: this.#epochMs };
  }

  nowNs(): number {
    return Math.round((performance.timeOrigin - this.#epochMs + performance.now()) * 1e6);
  }

  createArena(byteLength: number, maxByteLength: number = byteLength): ArenaToken {
    return { kind: "portable", buffer: new SharedArrayBuffer(Math.ceil(maxByteLength / 4096) * 4096) };
  }

  /** The buffer has its maximum length from the start: untouched pages take no memory. */
  growArena(token: ArenaToken, _byteLength: number): ArenaToken {
    return token;
  }

  discardPages(_token: ArenaToken, _from: number, _to: number): boolean {
    return false;
  }

  machineBytes(): number | undefined {
    try {
      return Deno.systemMemoryInfo().total;
    } catch {
      // The program lacks the permission to ask.
      return undefined;
    }
  }

  openArena(token: ArenaToken): SharedArrayBuffer {
    if (token.kind !== "portable") throw new TypeError("The portable driver cannot open a native arena");
    return token.buffer;
  }

  /** Shared memory cannot be transferred, so the same buffer serves. */
  lendArena(token: ArenaToken): SharedArrayBuffer {
    return this.openArena(token);
  }

  /** The garbage collector frees the memory once no lane refers to it. */
  releaseArena(_token: ArenaToken): void {}

  useControl(token: ArenaToken): void {
    this.#control = new ControlPage(this.openArena(token));
  }

  createRing(spec: RingSpec): RingToken {
    if (!Number.isInteger(spec.capacity) || spec.capacity < 1 || spec.capacity > MAX_CAPACITY) {
      throw new RangeError(`Cannot make a ring of ${spec.capacity} entries: wanted a whole number from 1 to 65536`);
    }
    return { kind: "portable", buffer: new SharedArrayBuffer((ENTRIES + spec.capacity) * 4), ...spec };
  }

  releaseRing(_token: RingToken): void {}

  bindReader(token: RingToken, lane: number, bit: number): void {
    const words = ringWords(token);
    Atomics.store(words, READER_BIT, bit);
    Atomics.store(words, READER_LANE, lane + 1);
  }

  bindWriter(token: RingToken, lane: number, bit: number): void {
    const words = ringWords(token);
    Atomics.store(words, WRITER_BIT, bit);
    Atomics.store(words, WRITER_LANE, lane + 1);
  }

  openWriter(token: RingToken): RingWriter {
    return new PortableWriter(this, this.#page, asPortable(token));
  }

  openReader(token: RingToken): RingReader {
    return new PortableReader(this, this.#page, asPortable(token));
  }

  signal(lane: number, bit: number): void {
    const page = this.#page;
    const base = page.laneOffset(lane);
    const word = bit >> 5;
    if (Atomics.or(page.i32, index32(base + LANE.inbox + word * 4), 1 << (bit & 31)) === 0) {
      Atomics.or(page.i32, index32(base + LANE.inboxSummary + (word >> 5) * 4), 1 << (word & 31));
    }
    if (Atomics.load(page.i32, index32(base + LANE.sleeping)) !== 0) this.ringBell(lane);
  }

  ringBell(lane: number): void {
    const at = index32(this.#page.laneOffset(lane) + LANE.bell);
    Atomics.add(this.#page.i32, at, 1);
    Atomics.notify(this.#page.i32, at);
  }

  park(lane: number, seenBell: number, timeoutMs: number): void {
    const page = this.#page;
    const base = page.laneOffset(lane);
    Atomics.store(page.i32, index32(base + LANE.sleeping), 1);
    if (page.inboxEmpty(lane)) Atomics.wait(page.i32, index32(base + LANE.bell), seenBell, timeoutMs);
    Atomics.store(page.i32, index32(base + LANE.sleeping), 0);
  }

  async parkAsync(lane: number, seenBell: number, timeoutMs: number): Promise<void> {
    const page = this.#page;
    const base = page.laneOffset(lane);
    Atomics.store(page.i32, index32(base + LANE.sleeping), 1);
    if (page.inboxEmpty(lane)) {
      const wait = Atomics.waitAsync(page.i32, index32(base + LANE.bell), seenBell, timeoutMs);
      if (wait.async) {
        // The wait alone would not keep the process running.
        const keepAlive = setInterval(() => {}, timeoutMs + 1);
        await wait.value;
        clearInterval(keepAlive);
      }
    }
    Atomics.store(page.i32, index32(base + LANE.sleeping), 0);
  }

  /** The death of a portable lane cannot be proved. */
  enterLane(_lane: number, _generation: number, _row: number): void {}

  scheduleThread(): string {
    return "portable mode has neither priorities nor sets of processors; it runs as any thread";
  }

  get #page(): ControlPage {
    if (this.#control === undefined) throw new TypeError("useControl() was not called on this driver");
    return this.#control;
  }
}

class PortableWriter implements RingWriter {
  readonly staging = new Uint32Array(RING_BATCH);
  readonly evicted = new Uint32Array(RING_BATCH);
  evictedCount = 0;
  readonly #words: Int32Array;
  readonly #entries: Uint32Array;
  readonly #capacity: number;
  readonly #evicts: boolean;
  readonly #driver: PortableDriver;
  readonly #control: ControlPage;
  readonly #waitingAt: number;
  readonly #span: number;
  #tail: number;
  #headSeen: number;

  constructor(driver: PortableDriver, control: ControlPage, ring: PortableRing) {
    this.#driver = driver;
    this.#control = control;
    this.#words = new Int32Array(ring.buffer, 0, ENTRIES);
    this.#entries = new Uint32Array(ring.buffer, ENTRIES * 4, ring.capacity);
    this.#capacity = ring.capacity;
    this.#evicts = ring.evicts;
    this.#waitingAt = index32(ring.linkOffset + LINK.writerWaiting);
    this.#span = spanOf(ring.capacity);
    this.#tail = Atomics.load(this.#words, TAIL);
    this.#headSeen = Atomics.load(this.#words, HEAD);
  }

  commit(count: number): number {
    this.evictedCount = 0;
    let done = 0;
    for (; done < count; done++) {
      const answer = this.#put(this.staging[done]);
      if (answer === RING_NONE) break;
      if (answer !== RING_ACCEPTED) this.evicted[this.evictedCount++] = answer;
    }
    if (done > 0) this.#signal();
    return done;
  }

  push(entry: number): number {
    const answer = this.#put(entry);
    if (answer !== RING_NONE) this.#signal();
    return answer;
  }

  room(): number {
    this.#headSeen = Atomics.load(this.#words, HEAD);
    return this.#capacity - distance(this.#headSeen, this.#tail, this.#span);
  }

  awaitRoom(): number {
    Atomics.store(this.#control.i32, this.#waitingAt, 1);
    return this.room();
  }

  #put(entry: number): number {
    const at = this.#tail % this.#capacity;
    let answer = RING_ACCEPTED;
    if (distance(this.#headSeen, this.#tail, this.#span) >= this.#capacity) {
      this.#headSeen = Atomics.load(this.#words, HEAD);
      if (distance(this.#headSeen, this.#tail, this.#span) >= this.#capacity) {
        if (!this.#evicts) return RING_NONE;
        // The ring is full, so the oldest entry is in the place for the new one. Only this lane writes entries.
        const oldest = Atomics.load(this.#entries, at);
        const next = after(this.#headSeen, this.#span);
        const head = Atomics.compareExchange(this.#words, HEAD, this.#headSeen, next);
        if (head === this.#headSeen) answer = oldest;
        this.#headSeen = head === this.#headSeen ? next : head;
      }
    }
    Atomics.store(this.#entries, at, entry);
    this.#tail = after(this.#tail, this.#span);
    Atomics.store(this.#words, TAIL, this.#tail);
    return answer;
  }

  #signal(): void {
    const lane = Atomics.load(this.#words, READER_LANE);
    if (lane !== 0) this.#driver.signal(lane - 1, Atomics.load(this.#words, READER_BIT));
  }
}

class PortableReader implements RingReader {
  readonly staging = new Uint32Array(RING_BATCH);
  readonly #words: Int32Array;
  readonly #entries: Uint32Array;
  readonly #capacity: number;
  readonly #driver: PortableDriver;
  readonly #control: ControlPage;
  readonly #waitingAt: number;
  readonly #span: number;
  /** As in the ring, for the next reading end: if the head moved on without a read, entries were evicted. */
  #expected: number;

  constructor(driver: PortableDriver, control: ControlPage, ring: PortableRing) {
    this.#driver = driver;
    this.#control = control;
    this.#words = new Int32Array(ring.buffer, 0, ENTRIES);
    this.#entries = new Uint32Array(ring.buffer, ENTRIES * 4, ring.capacity);
    this.#capacity = ring.capacity;
    this.#waitingAt = index32(ring.linkOffset + LINK.writerWaiting);
    this.#span = spanOf(ring.capacity);
    this.#expected = this.#words[EXPECTED];
  }

  fetch(max: number): number {
    let count = 0;
    for (; count < max; count++) {
      const entry = this.#take();
      if (entry === RING_NONE) break;
      this.staging[count] = entry;
    }
    if (count > 0) this.#signal();
    return count;
  }

  pop(): number {
    const entry = this.#take();
    if (entry !== RING_NONE) this.#signal();
    return entry;
  }

  available(): number {
    // The writer may evict between the two loads: the distance may then exceed the capacity.
    const head = Atomics.load(this.#words, HEAD);
    return Math.min(this.#capacity, distance(head, Atomics.load(this.#words, TAIL), this.#span));
  }

  #take(): number {
    let head = Atomics.load(this.#words, HEAD);
    for (;;) {
      // The tail never falls behind the head: they differ unless the ring is empty.
      if (Atomics.load(this.#words, TAIL) === head) return RING_NONE;
      const entry = Atomics.load(this.#entries, head % this.#capacity);
      const next = after(head, this.#span);
      const found = Atomics.compareExchange(this.#words, HEAD, head, next);
      if (found === head) {
        const skipped = head !== this.#expected;
        this.#expected = this.#words[EXPECTED] = next;
        return skipped ? (entry | ENTRY.discontinuity) >>> 0 : entry;
      }
      head = found; // The writer evicted it: the entry read may be a newer one.
    }
  }

  #signal(): void {
    if (Atomics.load(this.#control.i32, this.#waitingAt) === 0) return;
    if (Atomics.exchange(this.#control.i32, this.#waitingAt, 0) === 0) return;
    const lane = Atomics.load(this.#words, WRITER_LANE);
    if (lane !== 0) this.#driver.signal(lane - 1, Atomics.load(this.#words, WRITER_BIT));
  }
}

function spanOf(capacity: number): number {
  return capacity * Math.floor(SPAN / capacity);
}

function after(count: number, span: number): number {
  return count + 1 === span ? 0 : count + 1;
}

function distance(head: number, tail: number, span: number): number {
  return tail >= head ? tail - head : tail - head + span;
}

function asPortable(token: RingToken): PortableRing {
  if (token.kind !== "portable") throw new TypeError("The portable driver cannot open a native ring");
  return token;
}

function ringWords(token: RingToken): Int32Array {
  return new Int32Array(asPortable(token).buffer, 0, ENTRIES);
}
