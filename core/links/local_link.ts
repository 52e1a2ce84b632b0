/**
 * A link inside one lane: a ring of frame objects. No atomics but for reference counts, no allocation.
 *
 * Two counters that only grow say what is queued, and so what was written and read: the control page's figures follow
 * them at `publish()`.
 *
 * Nothing but the one tick that a lane runs touches a link. So an end can be *open* during a tick: then `takeOpen()` and
 * `writeOpen()` move a frame and no more, and what else belongs to it (clearing the place, waking the other end, giving
 * back what the tick has kept) is made up for all frames together when the end is closed. Where an end is not open, or
 * as many frames have passed as it was opened for, they do nothing, and `take()` and `write()` serve, once both ends of
 * the tick are closed.
 *
 * @module
 */
import { ENTRY, LINK } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { DataFrame } from "../frames/data_frame.ts";
import { isKeyframe } from "../frames/encoded_frame.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import { giveBack, type Ledger } from "../frames/ledger.ts";
import type { LinkPlan, LinkReader, LinkWriter, Wakeable } from "./link.ts";
import type { LinkRest } from "./link_move.ts";
import { evicts } from "./policy.ts";

const WRITTEN = LINK.written >> 3;
const NEWEST_INGRESS = LINK.newestIngressNs >> 3;
const DROPPED_FULL = LINK.droppedFull >> 3;
const HIGH_WATER = LINK.highWater >> 3;
const READ = LINK.read >> 3;
const SKIPPED = LINK.droppedSkipped >> 3;
const UNLINKED = LINK.droppedUnlinked >> 3;

/** Frames in a tick from which on opening and closing an end costs less than it saves. */
const WORTH_OPENING = 4;

/** See the module. */
export class LocalLink implements LinkWriter, LinkReader {
  // What every frame touches stands first, so that it lies together.
  /** Places taken by frames so far, and given free; both wrap at 32 bits. */
  #tail = 0;
  #head = 0;
  #ring: (Frame | undefined)[] = [];
  /** Places of `#ring` less one. They hold more than the capacity where more frames came along from another lane. */
  #mask = 0;
  /** Frames that the running tick may still take and write while the ends are open; 0 where they are closed. */
  #openReads = 0;
  #openWrites = 0;
  /** What `#head` and `#openWrites` were when the ends were opened. */
  #headOpened = 0;
  #writesOpened = 0;
  readonly #capacity: number = 0;
  writer: Wakeable | undefined;
  reader: Wakeable | undefined;
  /** Most frames that were ever queued. */
  #highWater = 0;
  /** The next frame written has a gap before it. */
  #gapAhead = false;
  /** Of encoded frames, those up to the next key frame are dropped. */
  #toKey = false;
  #roomWanted = false;
  #ended = false;
  #closed = false;
  /**
   * The link that leads to the node that writes here: its open end is used up when this one's is, since what the node
   * may read depends on the room here.
   */
  before: LocalLink | undefined;
  /** 1 where frames are missing before the entry; made when the first gap is, and given up when the link is empty. */
  #gaps: Uint8Array | undefined;
  readonly #lossless: boolean;
  readonly #rollsOff: boolean;
  readonly #encoded: boolean;
  readonly #page: ControlPage;
  readonly #at: number = 0;
  /** The counters as of the last `publish()`, and what happened since that is neither written nor read. */
  #tailPublished = 0;
  #headPublished = 0;
  #refused = 0;
  #evicted = 0;
  #skipped = 0;
  #unlinked = 0;
  /** When the newest frame that is not queued any more entered the graph. */
  #newestGoneNs = 0;
  readonly plan: LinkPlan;
  announced: FrameFormat | undefined;

  constructor(plan: LinkPlan, page: ControlPage) {
    this.plan = plan;
    this.#page = page;
    this.#at = page.linkOffset(plan.index) >> 3;
    this.#capacity = plan.capacity;
    this.#makePlaces(plan.capacity);
    this.#lossless = plan.policy === "lossless";
    this.#encoded = plan.kind === "encoded";
    this.#rollsOff = evicts(plan.policy);
  }

  room(): number {
    return this.#capacity - ((this.#tail - this.#head) | 0);
  }

  awaitRoom(): number {
    this.#roomWanted = true;
    return this.room();
  }

  write(frame: Frame): void {
    if (this.#toKey && !this.#isUsable(frame)) return;
    const tail = this.#tail;
    if (((tail - this.#head) | 0) >= this.#capacity && !this.#makeRoom(frame)) return;
    const place = tail & this.#mask;
    this.#ring[place] = frame;
    if (this.#gapAhead || frame.linkGap) this.#markGap(place);
    this.#tail = (tail + 1) | 0;
    const queued = (tail - this.#head) | 0;
    if (queued >= this.#highWater) this.#highWater = queued + 1;
    const { reader } = this;
    if (reader === undefined) return;
    if (reader.queued) reader.wakes++;
    else reader.wake();
  }

  flush(): void {}

  end(): void {
    this.#ended = true;
    this.#page.setEos(this.plan.index);
    this.reader?.wake();
  }

  markGap(): void {
    this.#gapAhead = true;
    this.#toKey = this.#encoded;
  }

  announce(format: FrameFormat): void {
    this.announced = format;
  }

  /**
   * Opens the reading end for a tick, unless there is too little to gain by it.
   *
   * @param most frames that the tick may take by it
   * @returns whether it is open
   */
  openReading(most: number): boolean {
    const queued = (this.#tail - this.#head) | 0;
    if (queued < WORTH_OPENING || this.#gaps !== undefined) return false;
    this.#headOpened = this.#head;
    this.#openReads = queued < most ? queued : most;
    return true;
  }

  /** What is left to read by the open end is not read by it. */
  stopReading(): void {
    this.#openReads = 0;
  }

  /** Opens the writing end for a tick. @param most frames that the tick may write by it */
  openWriting(most: number): void {
    if (this.#toKey || this.#gapAhead) return;
    const queued = (this.#tail - this.#head) | 0;
    if (queued === 0) this.#gaps = undefined;
    const room = this.#capacity - queued;
    if (room > 0) this.#openWrites = this.#writesOpened = room < most ? room : most;
  }

  /** Takes the oldest frame, which the tick then owns. @returns `undefined` where that is for `take()` to do */
  takeOpen(): Frame | undefined {
    const left = this.#openReads;
    if (left === 0) return undefined;
    const head = this.#head;
    const frame = this.#ring[head & this.#mask]!;
    // What was retained is released through the object that it was retained by: this read needs another one.
    if (frame.retained > 0) return undefined;
    this.#openReads = left - 1;
    this.#head = (head + 1) | 0;
    frame.owned++;
    frame.linkGap = false;
    return frame;
  }

  /** Takes over a reference that the tick owns. @returns `false`, and does nothing, where that is for `write()` to do */
  writeOpen(frame: Frame): boolean {
    const left = this.#openWrites;
    if (left === 0 || frame.owned === 0 || frame.linkGap) return false;
    this.#openWrites = left - 1;
    if (left === 1 && this.before !== undefined) this.before.#openReads = 0;
    frame.owned--;
    // As `takeReference()` does: what others release is not what this tick has retained.
    frame.retainedNow = 0;
    const tail = this.#tail;
    this.#ring[tail & this.#mask] = frame;
    this.#tail = (tail + 1) | 0;
    return true;
  }

  /** The frame taken last by the open end; `undefined` where none was. */
  lastTaken(): Frame | undefined {
    return this.#head === this.#headOpened ? undefined : this.#ring[(this.#head - 1) & this.#mask];
  }

  /** Frames written since the writing end was opened. */
  get writtenOpen(): number {
    return this.#writesOpened - this.#openWrites;
  }

  /** The frame written last, which must still be queued. */
  newest(): Frame {
    return this.#ring[(this.#tail - 1) & this.#mask]!;
  }

  /**
   * Closes the reading end, which must be open.
   *
   * @param kept notes the frames that the tick goes on owning; where there is none, they are given back
   * @param ingressNs when the frame taken last entered the graph
   * @returns frames taken while it was open
   */
  closeReading(kept: Ledger | undefined, ingressNs: number): number {
    this.#openReads = 0;
    const head = this.#head;
    const first = this.#headOpened;
    if (head === first) return 0;
    for (let at = first; at !== head; at = (at + 1) | 0) {
      const place = at & this.#mask;
      const frame = this.#ring[place]!;
      this.#ring[place] = undefined;
      if (frame.owned === 0) continue;
      if (kept === undefined) giveBack(frame);
      else kept.keep(frame);
    }
    if (head === this.#tail) this.#newestGoneNs = ingressNs;
    if (this.#roomWanted) this.#tellRoom();
    return (head - first) | 0;
  }

  /** Closes the writing end. @returns frames written while it was open */
  closeWriting(): number {
    const written = this.#writesOpened - this.#openWrites;
    this.#openWrites = this.#writesOpened = 0;
    if (written === 0) return 0;
    const queued = (this.#tail - this.#head) | 0;
    if (queued > this.#highWater) this.#highWater = queued;
    const { reader } = this;
    if (reader === undefined) return written;
    reader.wakes += written;
    if (!reader.queued) {
      reader.wakes--;
      reader.wake();
    }
    return written;
  }

  take(): Frame | undefined {
    const head = this.#head;
    if (head === this.#tail) return undefined;
    const place = head & this.#mask;
    const frame = this.#ring[place]!;
    this.#ring[place] = undefined;
    frame.linkGap = this.#gaps !== undefined && this.#takeGap(place);
    const next = (head + 1) | 0;
    this.#head = next;
    if (next === this.#tail) this.#newestGoneNs = frame.ingressNs;
    if (this.#roomWanted) this.#tellRoom();
    return frame;
  }

  peek(): Frame | undefined {
    return this.#head === this.#tail ? undefined : this.#ring[this.#head & this.#mask];
  }

  hasFrames(): boolean {
    return this.#head !== this.#tail;
  }

  available(): number {
    return (this.#tail - this.#head) | 0;
  }

  ended(): boolean {
    return this.#ended && this.#head === this.#tail;
  }

  countSkipped(frames: number): void {
    this.#skipped += frames;
  }

  putBack(frames: readonly { readonly frame: Frame; readonly gap: boolean }[]): void {
    this.publish();
    this.#page.f64[this.#at + READ] -= frames.length;
    const queued: { frame: Frame; gap: boolean }[] = [];
    for (; this.#head !== this.#tail; this.#head = (this.#head + 1) | 0) {
      const place = this.#head & this.#mask;
      queued.push({ frame: this.#ring[place]!, gap: this.#gaps !== undefined && this.#takeGap(place) });
    }
    this.#fill([...frames, ...queued]);
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

  /** Writes queued values into their slots, for other lanes. @throws {TypeError | RangeError} as `DataFrame` does */
  serialize(): void {
    for (const frame of this.#ring) {
      if (frame instanceof DataFrame) frame.serialize();
    }
  }

  /**
   * Gives the frames up, for ends on other lanes: see `link_move.ts`. The link is used no more.
   *
   * @param failed is told why a frame cannot be sent to another lane; it is dropped and counted as unlinked
   */
  letGo(failed: (error: unknown) => void): LinkRest {
    this.publish();
    const entries: number[] = [];
    let gap = false;
    for (; this.#head !== this.#tail; this.#head = (this.#head + 1) | 0) {
      const place = this.#head & this.#mask;
      const frame = this.#ring[place]!;
      gap ||= this.#gaps !== undefined && this.#takeGap(place);
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
    this.#ring.fill(undefined);
    this.#headPublished = this.#head;
    const gapAhead = this.#gapAhead || gap;
    return { link: this.plan.index, entries, gapAhead, writerToKey: this.#toKey, readerToKey: false };
  }

  /**
   * Takes up frames that this lane holds, each with whether frames are missing before it, and the state of ends that
   * were on other lanes. Only for a link that has had no frames yet.
   */
  takeUp(frames: readonly { readonly frame: Frame; readonly gap: boolean }[], rest: LinkRest): void {
    this.#fill(frames);
    this.#gapAhead = rest.gapAhead || rest.readerToKey;
    this.#toKey = rest.writerToKey || rest.readerToKey;
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
    const head = this.#head;
    const tail = this.#tail;
    const entered = (tail - this.#tailPublished) | 0;
    const left = (head - this.#headPublished) | 0;
    if (entered === 0 && left === 0 && this.#refused === 0 && this.#skipped === 0) return;
    const { f64 } = this.#page;
    const at = this.#at;
    f64[at + WRITTEN] += entered + this.#refused;
    f64[at + DROPPED_FULL] += this.#evicted + this.#refused;
    f64[at + SKIPPED] += this.#skipped;
    f64[at + UNLINKED] += this.#unlinked;
    f64[at + READ] += left - this.#evicted - this.#skipped - this.#unlinked;
    if (this.#highWater > f64[at + HIGH_WATER]) f64[at + HIGH_WATER] = this.#highWater;
    const newest = head === tail ? undefined : this.#ring[(tail - 1) & this.#mask];
    f64[at + NEWEST_INGRESS] = Math.max(newest?.ingressNs ?? 0, this.#newestGoneNs);
    this.#tailPublished = tail;
    this.#headPublished = head;
    this.#refused =
      this.#evicted =
      this.#skipped =
      this.#unlinked =
        0;
  }

  /** @returns whether the new frame has a place; if not, it was dropped */
  #makeRoom(frame: Frame): boolean {
    if (this.#lossless) throw new RangeError(`Link ${this.plan.id} is full`);
    if (!this.#rollsOff) {
      this.#toKey = this.#encoded;
      this.#drop(frame);
      return false;
    }
    while (this.available() >= this.#capacity) this.#dropHead();
    if (!this.#encoded) return true;
    while (this.hasFrames() && !isKeyframe(this.peek()!)) this.#dropHead();
    if (this.hasFrames()) return true;
    this.#toKey = true;
    return this.#isUsable(frame);
  }

  /** @returns whether decoding can go on with this frame; if not, it was dropped */
  #isUsable(frame: Frame): boolean {
    if (!isKeyframe(frame)) {
      this.#drop(frame);
      return false;
    }
    this.#toKey = false;
    return true;
  }

  /** Has these frames queued and no others; they are counted as written already. */
  #fill(frames: readonly { readonly frame: Frame; readonly gap: boolean }[]): void {
    const gapAhead = this.#gapAhead;
    this.#gaps = undefined;
    this.#makePlaces(Math.max(this.#capacity, frames.length));
    for (const [place, { frame, gap }] of frames.entries()) {
      this.#ring[place] = frame;
      if (gap) this.#markGap(place);
    }
    this.#gapAhead = gapAhead;
    this.#head = this.#headPublished = 0;
    this.#tail = this.#tailPublished = frames.length;
  }

  /** @param frames that fit at least */
  #makePlaces(frames: number): void {
    const places = 1 << Math.ceil(Math.log2(frames));
    this.#mask = places - 1;
    this.#ring = new Array(places).fill(undefined);
  }

  #tellRoom(): void {
    this.#roomWanted = false;
    this.writer?.wake();
  }

  /** The entry at `place` has a gap before it: the one ahead, if there is one. */
  #markGap(place: number): void {
    this.#gaps ??= new Uint8Array(this.#mask + 1);
    this.#gaps[place] = 1;
    this.#gapAhead = false;
  }

  #takeGap(place: number): boolean {
    const gaps = this.#gaps!;
    const isGap = gaps[place] !== 0;
    gaps[place] = 0;
    return isGap;
  }

  #drop(frame: Frame): void {
    this.#refused++;
    this.#newestGoneNs = frame.ingressNs;
    this.#gapAhead = true;
    frame.pool.release(frame.slot);
  }

  #dropHead(): void {
    const place = this.#head & this.#mask;
    const oldest = this.#ring[place]!;
    this.#ring[place] = undefined;
    this.#head = (this.#head + 1) | 0;
    this.#evicted++;
    if (this.#gaps !== undefined) this.#gaps[place] = 0;
    if (this.hasFrames()) this.#markGap(this.#head & this.#mask);
    else this.#gapAhead = true;
    oldest.pool.release(oldest.slot);
  }
}
