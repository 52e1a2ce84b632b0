/**
 * A link inside one lane: a ring of frame objects. Only that lane may call it. It allocates nothing while frames flow,
 * never blocks, and needs no atomics except for reference counts. When it is full, its policy drops a frame or leaves
 * the writer without room.
 *
 * The counters `head` and `tail` only grow; `publish()` derives the figures of the control page from them.
 *
 * @module
 */
import { ENTRY, LINK } from "../../ffi/layout.gen.ts";
import { index64 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import { DataFrame } from "../frames/data_frame.ts";
import { isKeyframe } from "../frames/encoded_frame.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { LinkPlan, LinkReader, LinkWriter } from "./link.ts";
import type { LinkRest } from "./link_move.ts";
import { OpenEnds } from "./open_ends.ts";
import { evicts, waitsForRoom } from "./policy.ts";

const WRITTEN = LINK.written >> 3;
const NEWEST_INGRESS = LINK.newestIngressNs >> 3;
const DROPPED_FULL = LINK.droppedFull >> 3;
const HIGH_WATER = LINK.highWater >> 3;
const READ = LINK.read >> 3;
const SKIPPED = LINK.droppedSkipped >> 3;
const UNLINKED = LINK.droppedUnlinked >> 3;

/** The value of `#owedTick` if every tick of the writer is owed places. */
const ANY_TICK = -1;

export class LocalLink extends OpenEnds implements LinkWriter, LinkReader {
  #ended = false;
  #closed = false;
  readonly #lossless: boolean;
  readonly #rollsOff: boolean;
  readonly #encoded: boolean;
  readonly #page: ControlPage;
  readonly #at: number = 0;
  /** The counters at the last `publish()`, and the frames since then that were neither written nor read. */
  #tailPublished = 0;
  #headPublished = 0;
  #refused = 0;
  #evicted = 0;
  #skipped = 0;
  #unlinked = 0;
  /** When the newest refused frame entered the graph. */
  #newestRefusedNs = 0;
  /** The writer's tick that is owed places, `ANY_TICK` or 0; and how far that tick may move `tail`. */
  #owedTick = 0;
  #owedTo = 0;
  plan: LinkPlan;
  announced: FrameFormat | undefined;

  constructor(plan: LinkPlan, page: ControlPage) {
    super(plan.capacity + (plan.extra ?? 0));
    this.plan = plan;
    this.#page = page;
    this.#at = index64(page.linkOffset(plan.index));
    this.#makePlaces(this.capacity);
    this.#lossless = waitsForRoom(plan.policy);
    this.#encoded = plan.kind === "encoded";
    this.#rollsOff = evicts(plan.policy);
    if (plan.rejoins) this.markGap();
  }

  get owed(): number {
    const isValid = this.#owedTick === ANY_TICK || this.#owedTick === this.writer?.tickUnderWay;
    if (this.#owedTick === 0 || !isValid) return 0;
    return Math.max(0, (this.#owedTo - this.tail) | 0);
  }

  owe(frames: number): void {
    if (!this.#lossless || this.room() >= frames) return;
    this.publish();
    this.#fill(this.#takeQueued(), frames);
    this.#owedTick = ANY_TICK;
  }

  awaitRoom(): number {
    this.roomWanted = true;
    return this.room();
  }

  write(frame: Frame): void {
    if (this.toKey && !this.#isUsable(frame)) return;
    const tail = this.tail;
    if (((tail - this.head) | 0) >= this.capacity && !this.#makeRoom(frame)) return;
    const place = tail & this.mask;
    this.ring[place] = frame;
    if (this.gapAhead || frame.linkGap) this.#markGap(place);
    this.tail = (tail + 1) | 0;
    const queued = (tail - this.head) | 0;
    if (queued >= this.highWater) this.highWater = queued + 1;
    const { reader } = this;
    if (reader === undefined) return;
    if (reader.queued) reader.wakes++;
    else reader.wake();
  }

  /** Raises the number of frames it holds above its capacity. Call only between two ticks. */
  grow(extra: number): void {
    this.publish();
    this.plan = { ...this.plan, extra };
    this.capacity = this.plan.capacity + extra;
    this.#fill(this.#takeQueued(), this.room());
    if (this.roomWanted) this.tellRoom();
  }

  flush(): void {}

  end(): void {
    this.#ended = true;
    this.#page.setEos(this.plan.index);
    this.reader?.wake();
  }

  markGap(): void {
    this.gapAhead = true;
    this.toKey = this.#encoded;
  }

  announce(format: FrameFormat): void {
    this.announced = format;
  }

  take(): Frame | undefined {
    const head = this.head;
    if (head === this.tail) return undefined;
    const place = head & this.mask;
    const frame = this.ring[place]!;
    this.ring[place] = undefined;
    frame.linkGap = this.gaps !== undefined && this.#takeGap(place);
    const next = (head + 1) | 0;
    this.head = next;
    if (next === this.tail) this.newestGoneNs = frame.ingressNs;
    if (this.roomWanted) this.tellRoom();
    return frame;
  }

  peek(): Frame | undefined {
    return this.head === this.tail ? undefined : this.ring[this.head & this.mask];
  }

  ended(): boolean {
    return this.#ended && this.head === this.tail;
  }

  countSkipped(frames: number): void {
    this.#skipped += frames;
  }

  putBack(frames: readonly { readonly frame: Frame; readonly gap: boolean }[]): void {
    this.publish();
    this.#page.f64[this.#at + READ] -= frames.length;
    const room = Math.max(this.room(), this.owed);
    this.#fill([...frames, ...this.#takeQueued()], room);
    this.reader?.wake();
  }

  discard(): void {
    for (let left = this.available(); left > 0; left--) {
      const frame = this.take();
      if (frame === undefined) return;
      this.#unlinked++;
      frame.dropValue();
      frame.pool.release(frame.slot);
    }
    this.publish();
  }

  /**
   * Serializes queued values into their slots, for other lanes. @throws {TypeError | RangeError} as `DataFrame` does
   */
  serialize(): void {
    for (const frame of this.ring) {
      if (frame instanceof DataFrame) frame.serialize();
    }
  }

  /**
   * Detaches both ends and gives up the frames, for ends on other lanes (`link_move.ts`). Do not use the link
   * afterwards.
   *
   * @param failed receives the reason if a frame cannot be sent to another lane; the link drops that frame and counts
   * it as unlinked
   */
  detach(failed: (error: unknown) => void): LinkRest {
    this.publish();
    const entries: number[] = [];
    let gap = false;
    for (; this.head !== this.tail; this.head = (this.head + 1) | 0) {
      const place = this.head & this.mask;
      const frame = this.ring[place]!;
      gap ||= this.gaps !== undefined && this.#takeGap(place);
      try {
        if (frame instanceof DataFrame) frame.serialize();
      } catch (error) {
        failed(error);
        gap = true;
        this.#page.f64[this.#at + UNLINKED]++;
        frame.dropValue();
        frame.pool.release(frame.slot);
        continue;
      }
      entries.push(frame.slot | (frame.pool.index << ENTRY.poolShift) | (gap ? ENTRY.discontinuity : 0));
      gap = false;
      frame.pool.giveAway(frame.slot);
    }
    this.ring.fill(undefined);
    this.#headPublished = this.head;
    const gapAhead = this.gapAhead || gap;
    return { link: this.plan.index, entries, gapAhead, writerToKey: this.toKey, readerToKey: false };
  }

  /**
   * Attaches the link with frames that this lane holds, each with whether frames are missing before it, and the state
   * of ends from other lanes. Only for a link that has had no frames.
   *
   * @param room that the writer had
   */
  attach(frames: readonly { readonly frame: Frame; readonly gap: boolean }[], rest: LinkRest, room: number): void {
    this.#fill(frames, room);
    this.gapAhead = rest.gapAhead || rest.readerToKey;
    this.toKey = rest.writerToKey || rest.readerToKey;
    this.#ended = this.#page.isEos(this.plan.index);
    this.#closed = this.#page.isClosed(this.plan.index);
  }

  closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#page.setClosed(this.plan.index);
    this.writer?.notify();
  }

  publish(): void {
    const head = this.head;
    const tail = this.tail;
    const entered = (tail - this.#tailPublished) | 0;
    const left = (head - this.#headPublished) | 0;
    if (entered === 0 && left === 0 && this.#refused === 0 && this.#skipped === 0) return;
    const { f64 } = this.#page;
    const at = this.#at;
    f64[at + DROPPED_FULL] += this.#evicted + this.#refused;
    f64[at + SKIPPED] += this.#skipped;
    f64[at + UNLINKED] += this.#unlinked;
    f64[at + READ] += left - this.#evicted - this.#skipped - this.#unlinked;
    // Counted last: see the order of counts in `link_counts.ts`.
    f64[at + WRITTEN] += entered + this.#refused;
    if (this.highWater > f64[at + HIGH_WATER]) f64[at + HIGH_WATER] = this.highWater;
    const newest = head === tail ? undefined : this.ring[(tail - 1) & this.mask];
    f64[at + NEWEST_INGRESS] = Math.max(newest?.ingressNs ?? 0, this.newestGoneNs, this.#newestRefusedNs);
    this.#tailPublished = tail;
    this.#headPublished = head;
    this.#refused =
      this.#evicted =
      this.#skipped =
      this.#unlinked =
        0;
  }

  /** Makes room for a new frame by the policy. @returns whether it has a place; otherwise it was dropped */
  #makeRoom(frame: Frame): boolean {
    if (this.#lossless && this.owed > 0) return true;
    if (this.#lossless) throw new RangeError(`Link ${this.plan.id} is full`);
    if (!this.#rollsOff) {
      this.toKey = this.#encoded;
      this.#drop(frame);
      return false;
    }
    while (this.available() >= this.capacity) this.#dropHead();
    if (!this.#encoded) return true;
    while (this.hasFrames() && !isKeyframe(this.peek()!)) this.#dropHead();
    if (this.hasFrames()) return true;
    this.toKey = true;
    return this.#isUsable(frame);
  }

  /** Drops an encoded frame that decoding cannot continue with. @returns whether the frame is usable */
  #isUsable(frame: Frame): boolean {
    if (!isKeyframe(frame)) {
      this.#drop(frame);
      return false;
    }
    this.toKey = false;
    return true;
  }

  #takeQueued(): { frame: Frame; gap: boolean }[] {
    const queued: { frame: Frame; gap: boolean }[] = [];
    for (; this.head !== this.tail; this.head = (this.head + 1) | 0) {
      const place = this.head & this.mask;
      queued.push({ frame: this.ring[place]!, gap: this.gaps !== undefined && this.#takeGap(place) });
    }
    return queued;
  }

  /**
   * Makes these frames, already counted as written, the whole queue.
   *
   * @param room that the writer had, which its running tick still has
   */
  #fill(frames: readonly { readonly frame: Frame; readonly gap: boolean }[], room: number): void {
    const gapAhead = this.gapAhead;
    const owed = this.#lossless ? Math.max(0, room) : 0;
    this.gaps = undefined;
    this.#makePlaces(Math.max(this.capacity, frames.length + owed));
    for (const [place, { frame, gap }] of frames.entries()) {
      this.ring[place] = frame;
      if (gap) this.#markGap(place);
    }
    this.gapAhead = gapAhead;
    this.head = this.#headPublished = 0;
    this.tail = this.#tailPublished = frames.length;
    this.highWater = Math.max(this.highWater, frames.length);
    this.#owedTick = this.writer?.tickUnderWay ?? 0;
    this.#owedTo = frames.length + owed;
  }

  /** Grows the ring of places. @param frames the fewest that must fit */
  #makePlaces(frames: number): void {
    const places = 1 << Math.ceil(Math.log2(frames));
    this.mask = places - 1;
    this.ring = new Array(places).fill(undefined);
  }

  /** Marks a gap before the entry at `place`, if a gap is ahead. */
  #markGap(place: number): void {
    this.gaps ??= new Uint8Array(this.mask + 1);
    this.gaps[place] = 1;
    this.gapAhead = false;
  }

  #takeGap(place: number): boolean {
    const gaps = this.gaps!;
    const isGap = gaps[place] !== 0;
    gaps[place] = 0;
    return isGap;
  }

  #drop(frame: Frame): void {
    this.#refused++;
    this.#newestRefusedNs = frame.ingressNs;
    this.gapAhead = true;
    frame.pool.release(frame.slot);
  }

  #dropHead(): void {
    const place = this.head & this.mask;
    const oldest = this.ring[place]!;
    this.ring[place] = undefined;
    this.head = (this.head + 1) | 0;
    this.#evicted++;
    if (this.gaps !== undefined) this.gaps[place] = 0;
    if (this.hasFrames()) this.#markGap(this.head & this.mask);
    else this.gapAhead = true;
    oldest.pool.release(oldest.slot);
  }
}
