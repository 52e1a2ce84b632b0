/**
 * A link between two lanes. Each end is called by its own lane alone, with a ring of the driver between them. Neither
 * end blocks. The writer stages entries and pushes them in batches; a lossless writer never stages more than fits. When
 * the ring is full, its policy refuses the new frames or gives up the oldest ones.
 *
 * Encoded frames between a dropped frame and the next key frame are dropped too: by the writer if the ring refused a
 * frame, by the reader if the ring gave up older ones.
 *
 * @module
 */
import { ENTRY, LINK } from "../../ffi/layout.gen.ts";
import { index64 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import { type Driver, RING_BATCH, RING_NONE, type RingReader, type RingWriter } from "../driver/driver.ts";
import { isKeyframe } from "../frames/encoded_frame.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import { frameOf } from "../frames/frame_of.ts";
import type { Pool } from "../memory/pool.ts";
import type { LinkPlan, LinkReader, LinkWriter, Wakeable } from "./link.ts";
import type { LinkRest } from "./link_move.ts";
import { evicts, MOST_LINGERING, POLICY_FACTS, waitsForRoom } from "./policy.ts";

// Local copies: V8 resolves an imported constant again at each use.
const POOL_SHIFT = ENTRY.poolShift;
const DISCONTINUITY = ENTRY.discontinuity;
const SLOT_MASK = ENTRY.slotMask;
const POOL_MASK = ENTRY.poolMask;

const WRITTEN = LINK.written >> 3;
const NEWEST_INGRESS = LINK.newestIngressNs >> 3;
const DROPPED_FULL = LINK.droppedFull >> 3;
const HIGH_WATER = LINK.highWater >> 3;
const READ = LINK.read >> 3;
const SKIPPED = LINK.droppedSkipped >> 3;
const UNLINKED = LINK.droppedUnlinked >> 3;
const TO_KEY = LINK.droppedToKey >> 3;

/** How long blocks of audio for a hidden node wait for others that follow, nanoseconds. */
const LINGER_NS = 40_000_000;

/** The lane's state that the ends need. */
export interface RingLinkSite {
  readonly page: ControlPage;
  readonly driver: Driver;
  /** The pools of this lane, by index. */
  readonly pools: readonly Pool[];
  /** Writing ends that have staged entries since the lane last flushed them. */
  readonly staged: LinkWriter[];
  /** True if another thread has taken over the lane: this thread then hands over, takes and counts nothing. */
  readonly isGivenUp: boolean;
}

/** The writing lane's end. */
export class RingLinkWriter implements LinkWriter {
  plan: LinkPlan;
  writer: Wakeable | undefined;
  readonly #site: RingLinkSite;
  readonly #ring: RingWriter;
  readonly #f64: Float64Array;
  readonly #at: number;
  readonly #lossless: boolean;
  #readerLane: number;
  readonly #batch: number;
  #staged = 0;
  /** Free places that the writer has seen and its staged entries do not use yet. */
  #room = 0;
  #gapAhead = false;
  /** True while the writer drops frames up to the next key frame. */
  #toKey = false;
  /** The time at which the frame that was staged last entered the graph. */
  #newestIngressNs = 0;
  /** For a link of audio to a hidden node: the ingress time from which staged blocks no longer wait for others. */
  #lingersUntilNs = 0;
  readonly #lingers: boolean;

  /** @param readerLane the lane at the other end */
  constructor(plan: LinkPlan, site: RingLinkSite, readerLane: number) {
    this.plan = plan;
    this.#site = site;
    this.#ring = site.driver.openWriter(plan.ring!);
    this.#f64 = site.page.f64;
    this.#at = index64(site.page.linkOffset(plan.index));
    this.#lossless = waitsForRoom(plan.policy);
    this.#readerLane = readerLane;
    this.#lingers = plan.sampleNs !== undefined && plan.kind === "audio";
    this.#batch = Math.min(POLICY_FACTS[plan.policy].places ?? RING_BATCH, this.#lingers ? MOST_LINGERING : RING_BATCH);
    if (plan.rejoins) this.markGap();
  }

  room(): number {
    if (!this.#lossless) return 1;
    if (this.#room <= 0) this.#room = this.#ring.room() - this.#staged;
    return this.#room;
  }

  awaitRoom(): number {
    this.flush();
    return this.#room = this.#ring.awaitRoom();
  }

  write(frame: Frame): void {
    if (this.#lossless && this.#room <= 0 && this.room() <= 0) throw new RangeError(`Link ${this.plan.id} is full`);
    if (this.#toKey && !this.#isUsable(frame)) return;
    this.#room--;
    this.#newestIngressNs = frame.ingressNs;
    let entry = frame.slot | (frame.pool.index << POOL_SHIFT);
    if (this.#gapAhead || frame.linkGap) entry |= DISCONTINUITY;
    this.#gapAhead = false;
    if (this.#staged === 0) {
      if (this.#lingers) this.#lingersUntilNs = this.#newestIngressNs + LINGER_NS;
      else this.#site.staged.push(this);
    }
    this.#ring.staging[this.#staged++] = entry;
    if (this.#staged >= this.#batch || (this.#lingers && this.#newestIngressNs > this.#lingersUntilNs)) this.flush();
  }

  flush(): void {
    const staged = this.#staged;
    if (staged === 0) return;
    this.#staged = 0;
    if (this.#site.isGivenUp) return;
    const { staging, evicted } = this.#ring;
    this.#f64[this.#at + NEWEST_INGRESS] = this.#newestIngressNs;
    const { pools } = this.#site;
    for (let k = 0; k < staged; k++) {
      const entry = staging[k];
      pools[(entry >>> POOL_SHIFT) & POOL_MASK].giveAway(entry & SLOT_MASK);
    }
    const taken = this.#ring.commit(staged);
    let dropped = staged - taken;
    for (let k = taken; k < staged; k++) this.#release(staging[k]);
    if (dropped > 0) {
      this.#gapAhead = true;
      this.#toKey = this.plan.kind === "encoded";
    }
    for (let k = 0; k < this.#ring.evictedCount; k++) this.#release(evicted[k]);
    dropped += this.#ring.evictedCount;
    if (dropped > 0) this.#f64[this.#at + DROPPED_FULL] += dropped;
    // Counted last: see the order of counts in `link_counts.ts`.
    this.#f64[this.#at + WRITTEN] += staged;
    const queued = this.plan.capacity - this.#ring.room();
    if (queued > this.#f64[this.#at + HIGH_WATER]) this.#f64[this.#at + HIGH_WATER] = queued;
  }

  /** Does nothing: the writer updates its figures when it makes frames visible. */
  publish(): void {}

  end(): void {
    this.flush();
    this.#site.page.setEos(this.plan.index);
    this.#site.driver.signal(this.#readerLane, this.plan.readerBit);
  }

  markGap(): void {
    this.#gapAhead = true;
    this.#toKey = this.plan.kind === "encoded";
  }

  /**
   * Does nothing: the reading lane learns formats from the frames, and the control isolate checks announced formats
   * before the start.
   */
  announce(_format: FrameFormat): void {}

  closed(): boolean {
    return this.#site.page.isClosed(this.plan.index);
  }

  /** Connects this end to a reader on another lane. */
  retarget(plan: LinkPlan, readerLane: number): void {
    this.plan = plan;
    this.#readerLane = readerLane;
  }

  /** Detaches this end, for one on another lane (`link_move.ts`). Do not use this end afterwards. */
  detach(): LinkRest {
    this.flush();
    const { index } = this.plan;
    return { link: index, entries: [], gapAhead: this.#gapAhead, writerToKey: this.#toKey, readerToKey: false };
  }

  /** Continues from the state of an end on another lane. */
  attach({ gapAhead, writerToKey }: LinkRest): void {
    this.#gapAhead = gapAhead;
    this.#toKey = writerToKey;
  }

  /** Drops an encoded frame that decoding cannot continue with. @returns whether the frame is usable */
  #isUsable(frame: Frame): boolean {
    if (isKeyframe(frame)) {
      this.#toKey = false;
      return true;
    }
    if (!this.#site.isGivenUp) {
      this.#f64[this.#at + DROPPED_FULL]++;
      this.#f64[this.#at + WRITTEN]++;
    }
    frame.pool.release(frame.slot);
    return false;
  }

  /** Frees an entry that the ring did not keep and no lane holds. */
  #release(entry: number): void {
    this.#poolOf(entry).releaseForeign(entry & SLOT_MASK);
  }

  #poolOf(entry: number): Pool {
    return this.#site.pools[(entry >>> POOL_SHIFT) & POOL_MASK];
  }
}

/** The reading lane's end. */
export class RingLinkReader implements LinkReader {
  plan: LinkPlan;
  readonly announced: FrameFormat | undefined = undefined;
  reader: Wakeable | undefined;
  readonly #site: RingLinkSite;
  readonly #ring: RingReader;
  readonly #f64: Float64Array;
  readonly #at: number;
  readonly #schema: string | undefined;
  readonly #encoded: boolean;
  readonly #batch: number;
  /** True while the reader drops frames up to the next key frame. */
  #toKey = false;
  /** `staging[#next, #fetched)` holds entries that the reader has fetched and not taken. */
  #next = 0;
  #fetched = 0;
  /**
   * Entries that this lane holds and that are older than those in the ring: they came from another lane, or out of the
   * ring because the link has grown.
   */
  #brought: number[] = [];
  /** Frames taken, and frames counted as skipped instead, since the last `publish()`. */
  #read = 0;
  #skipped = 0;
  #writerLane: number;

  /** @param writerLane the lane at the other end */
  constructor(plan: LinkPlan, site: RingLinkSite, writerLane: number) {
    this.plan = plan;
    this.#writerLane = writerLane;
    this.#site = site;
    this.#ring = site.driver.openReader(plan.ring!);
    this.#f64 = site.page.f64;
    this.#at = index64(site.page.linkOffset(plan.index));
    this.#schema = plan.schema;
    this.#encoded = plan.kind === "encoded";
    // A fetched frame cannot be rolled off, so the reader of a link that drops the oldest fetches one frame at a time.
    this.#batch = evicts(plan.policy) ? 1 : RING_BATCH;
  }

  take(): Frame | undefined {
    if (!this.#hasHead()) return undefined;
    this.#read++;
    return this.#frameAt(this.#next++);
  }

  peek(): Frame | undefined {
    if (!this.#hasHead()) return undefined;
    return this.#frameAt(this.#next);
  }

  hasFrames(): boolean {
    return this.#next < this.#fetched || this.#brought.length > 0 || this.#ring.available() > 0;
  }

  available(): number {
    return this.#fetched - this.#next + this.#brought.length + this.#ring.available();
  }

  ended(): boolean {
    // Reads the mark first: the writer writes nothing after it, so a ring that is empty afterwards stays empty.
    return this.#site.page.isEos(this.plan.index) && this.available() === 0;
  }

  countSkipped(frames: number): void {
    this.#read -= frames;
    this.#skipped += frames;
  }

  putBack(frames: readonly { readonly frame: Frame; readonly gap: boolean }[]): void {
    this.#read -= frames.length;
    this.publish();
    this.#unstage(
      frames.map(({ frame, gap }) => frame.slot | (frame.pool.index << POOL_SHIFT) | (gap ? DISCONTINUITY : 0)),
    );
    this.reader?.wake();
  }

  /**
   * Raises the number of frames it holds above its capacity; this end holds the extra frames. Call only between two
   * ticks.
   */
  grow(extra: number): void {
    this.plan = { ...this.plan, extra };
    this.takeIn();
  }

  /** Takes frames beyond the capacity of a grown link out of the ring, so that the writer has room. */
  takeIn(): void {
    let room = (this.plan.extra ?? 0) - (this.#fetched - this.#next) - this.#brought.length;
    if (room <= 0 || this.#site.isGivenUp || this.#ring.available() === 0) return;
    if (this.#next < this.#fetched) this.#unstage([]);
    while (room > 0) {
      const count = this.#ring.fetch(Math.min(room, RING_BATCH));
      if (count === 0) break;
      for (let k = 0; k < count; k++) {
        const entry = this.#ring.staging[k];
        this.#poolOf(entry).receive(entry & SLOT_MASK);
        this.#brought.push(entry);
      }
      room -= count;
    }
    // The writer sees only the frames in the ring, which are fewer.
    const queued = this.#brought.length + this.#ring.available();
    if (queued > this.#f64[this.#at + HIGH_WATER]) this.#f64[this.#at + HIGH_WATER] = queued;
  }

  discard(): void {
    this.publish();
    for (let left = this.available(); left > 0; left--) {
      const frame = this.take();
      if (frame === undefined) break;
      this.#read--;
      this.#f64[this.#at + UNLINKED]++;
      frame.dropValue();
      frame.pool.release(frame.slot);
    }
  }

  publish(): void {
    if (this.#read === 0 && this.#skipped === 0) return;
    this.#f64[this.#at + SKIPPED] += this.#skipped;
    this.#f64[this.#at + READ] += this.#read;
    this.#read = 0;
    this.#skipped = 0;
  }

  close(): void {
    this.#site.page.setClosed(this.plan.index);
    this.#site.driver.signal(this.#writerLane, this.plan.writerBit);
  }

  /** Connects this end to a writer on another lane. */
  retarget(plan: LinkPlan, writerLane: number): void {
    this.plan = plan;
    this.#writerLane = writerLane;
  }

  /** Detaches this end, for one on another lane (`link_move.ts`). Frames in the ring stay there. */
  detach(): LinkRest {
    this.publish();
    const entries = [...this.#ring.staging.subarray(this.#next, this.#fetched), ...this.#brought];
    this.#next = this.#fetched = 0;
    this.#brought = [];
    for (const entry of entries) this.#poolOf(entry).giveAway(entry & SLOT_MASK);
    return { link: this.plan.index, entries, gapAhead: false, writerToKey: false, readerToKey: this.#toKey };
  }

  /** Continues from the state of an end on another lane. */
  attach({ entries, readerToKey }: LinkRest): void {
    for (const entry of entries) this.#poolOf(entry).receive(entry & SLOT_MASK);
    this.#brought = [...entries];
    this.#toKey = readerToKey;
  }

  /**
   * Takes all frames that can be read, for a link within this lane that replaces this one. Counts none of them as read.
   */
  takeAll(): { readonly frames: { readonly frame: Frame; readonly gap: boolean }[]; readonly rest: LinkRest } {
    const frames: { frame: Frame; gap: boolean }[] = [];
    while (this.#hasHead()) {
      const frame = this.#frameAt(this.#next++);
      frames.push({ frame, gap: frame.linkGap });
    }
    return { frames, rest: this.detach() };
  }

  /** Puts entries, followed by those fetched and not taken, in front of the brought entries. */
  #unstage(entries: readonly number[]): void {
    this.#brought = [...entries, ...this.#ring.staging.subarray(this.#next, this.#fetched), ...this.#brought];
    this.#next = this.#fetched = 0;
  }

  /** Fetches the next frame to `#next` if necessary. @returns whether a frame is there */
  #hasHead(): boolean {
    while (this.#next < this.#fetched || this.#fetch()) {
      if (!this.#encoded || this.#isUsable(this.#frameAt(this.#next))) return true;
      this.#next++;
    }
    return false;
  }

  /** Drops an encoded frame that decoding cannot continue with. @returns whether the frame is usable */
  #isUsable(frame: Frame): boolean {
    this.#toKey ||= frame.linkGap;
    if (!this.#toKey) return true;
    if (isKeyframe(frame)) {
      this.#toKey = false;
      // The frames dropped here are also missing before this one.
      this.#ring.staging[this.#next] = (this.#ring.staging[this.#next] | DISCONTINUITY) >>> 0;
      return true;
    }
    if (!this.#site.isGivenUp) this.#f64[this.#at + TO_KEY]++;
    frame.pool.release(frame.slot);
    return false;
  }

  #fetch(): boolean {
    this.#next = 0;
    this.#fetched = 0;
    if (this.#site.isGivenUp) return false;
    // Published before the writer gets the places of more frames. Otherwise a link would seem to hold both the frames
    // that were read and those that have arrived since.
    this.publish();
    if (this.#brought.length > 0) return this.#fetchBrought();
    if (this.#batch === 1) {
      const entry = this.#ring.pop();
      this.#ring.staging[0] = entry;
      this.#fetched = entry === RING_NONE ? 0 : 1;
    } else {
      this.#fetched = this.#ring.fetch(this.#batch);
    }
    for (let k = 0; k < this.#fetched; k++) {
      const entry = this.#ring.staging[k];
      this.#poolOf(entry).receive(entry & SLOT_MASK);
    }
    return this.#fetched > 0;
  }

  #fetchBrought(): boolean {
    const entries = this.#brought.splice(0, RING_BATCH);
    this.#ring.staging.set(entries);
    this.#fetched = entries.length;
    return true;
  }

  #poolOf(entry: number): Pool {
    return this.#site.pools[(entry >>> POOL_SHIFT) & POOL_MASK];
  }

  #frameAt(place: number): Frame {
    const entry = this.#ring.staging[place];
    const frame = frameOf(this.#site.pools[(entry >>> POOL_SHIFT) & POOL_MASK], entry & SLOT_MASK);
    frame.linkGap = (entry & DISCONTINUITY) !== 0;
    // Another lane has rewritten the header since this object last read it.
    frame.layout = 0;
    if (this.#schema !== undefined) frame.schemaName = this.#schema;
    return frame;
  }
}
