/**
 * A link between two lanes. Each end is on its own lane, with a ring of the driver between them. The writer stages
 * entries and pushes them in batches; a lossless writer never stages more than fits.
 *
 * For encoded frames, those between a dropped frame and the next key frame are dropped too: by the writer if the ring
 * refused a frame, by the reader if the ring gave up older ones.
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
import { evicts, POLICY_FACTS, waitsForRoom } from "./policy.ts";

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

/** What the ends need from their lane. */
export interface RingLinkSite {
  readonly page: ControlPage;
  readonly driver: Driver;
  /** The pools of this lane, by index. */
  readonly pools: readonly Pool[];
  /** The writing ends that have staged entries since the lane last flushed them. */
  readonly staged: LinkWriter[];
  /** Whether another thread runs the lane by now: then this one hands over, takes and counts nothing. */
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
  /** Free places that were seen and are not yet used by staged entries. */
  #room = 0;
  #gapAhead = false;
  /** Whether frames up to the next key frame are dropped. */
  #toKey = false;
  /** When the frame that was staged last entered the graph. */
  #newestIngressNs = 0;

  /** @param readerLane the lane at the other end */
  constructor(plan: LinkPlan, site: RingLinkSite, readerLane: number) {
    this.plan = plan;
    this.#site = site;
    this.#ring = site.driver.openWriter(plan.ring!);
    this.#f64 = site.page.f64;
    this.#at = index64(site.page.linkOffset(plan.index));
    this.#lossless = waitsForRoom(plan.policy);
    this.#readerLane = readerLane;
    this.#batch = Math.min(POLICY_FACTS[plan.policy].places ?? RING_BATCH, RING_BATCH);
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
    if (this.#staged === 0) this.#site.staged.push(this);
    this.#ring.staging[this.#staged++] = entry;
    if (this.#staged >= this.#batch) this.flush();
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
    // Counted last, for the reason in `link_counts.ts`.
    this.#f64[this.#at + WRITTEN] += staged;
    const queued = this.plan.capacity - this.#ring.room();
    if (queued > this.#f64[this.#at + HIGH_WATER]) this.#f64[this.#at + HIGH_WATER] = queued;
  }

  /** The writer's figures are updated when it makes frames visible. */
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
   * The reading lane learns formats from the frames, and the control isolate checks announced ones before the start.
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

  /** Detaches this end, for one on another lane (`link_move.ts`). It must not be used afterwards. */
  detach(): LinkRest {
    this.flush();
    const { index } = this.plan;
    return { link: index, entries: [], gapAhead: this.#gapAhead, writerToKey: this.#toKey, readerToKey: false };
  }

  /** Continues where an end on another lane stopped. */
  attach({ gapAhead, writerToKey }: LinkRest): void {
    this.#gapAhead = gapAhead;
    this.#toKey = writerToKey;
  }

  /** @returns whether decoding can go on with this frame; otherwise it was dropped */
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
  /** Whether frames up to the next key frame are dropped. */
  #toKey = false;
  /** `staging[#next, #fetched)` holds the entries that were fetched and not yet taken. */
  #next = 0;
  #fetched = 0;
  /**
   * Entries that came from another lane, or that were taken in because the link has grown: older than those in the ring.
   * This lane holds them.
   */
  #brought: number[] = [];
  /** Frames that were taken, and those counted as skipped instead, since the last `publish()`. */
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
    // A fetched frame can no longer be rolled off, so links that drop the oldest are read one by one.
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
    // The mark comes first: nothing is written after it, so a ring that is empty afterwards stays empty.
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

  /** Holds so many frames beyond its capacity from now on: this end takes them in. Only between two ticks. */
  grow(extra: number): void {
    this.plan = { ...this.plan, extra };
    this.takeIn();
  }

  /** Takes out of the ring what a link that has grown holds beyond its capacity, so that the writer has room. */
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
    // The writer knows of what is in the ring alone, which is less.
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

  /** Detaches this end, for one on another lane (`link_move.ts`). What is in the ring stays there. */
  detach(): LinkRest {
    this.publish();
    const entries = [...this.#ring.staging.subarray(this.#next, this.#fetched), ...this.#brought];
    this.#next = this.#fetched = 0;
    this.#brought = [];
    for (const entry of entries) this.#poolOf(entry).giveAway(entry & SLOT_MASK);
    return { link: this.plan.index, entries, gapAhead: false, writerToKey: false, readerToKey: this.#toKey };
  }

  /** Continues where an end on another lane stopped. */
  attach({ entries, readerToKey }: LinkRest): void {
    for (const entry of entries) this.#poolOf(entry).receive(entry & SLOT_MASK);
    this.#brought = [...entries];
    this.#toKey = readerToKey;
  }

  /** Takes everything that can be read, for a link within this lane that replaces this one. Counts nothing as read. */
  takeAll(): { readonly frames: { readonly frame: Frame; readonly gap: boolean }[]; readonly rest: LinkRest } {
    const frames: { frame: Frame; gap: boolean }[] = [];
    while (this.#hasHead()) {
      const frame = this.#frameAt(this.#next++);
      frames.push({ frame, gap: frame.linkGap });
    }
    return { frames, rest: this.detach() };
  }

  /** Puts entries, and behind them those that were fetched and not taken, in front of what was brought. */
  #unstage(entries: readonly number[]): void {
    this.#brought = [...entries, ...this.#ring.staging.subarray(this.#next, this.#fetched), ...this.#brought];
    this.#next = this.#fetched = 0;
  }

  /** Makes sure that the next frame stands at `#next`. @returns whether there is one */
  #hasHead(): boolean {
    while (this.#next < this.#fetched || this.#fetch()) {
      if (!this.#encoded || this.#isUsable(this.#frameAt(this.#next))) return true;
      this.#next++;
    }
    return false;
  }

  /** @returns whether decoding can go on with this frame; otherwise it was dropped */
  #isUsable(frame: Frame): boolean {
    this.#toKey ||= frame.linkGap;
    if (!this.#toKey) return true;
    if (isKeyframe(frame)) {
      this.#toKey = false;
      // The frames that were dropped here are missing before it too.
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
    // Published before the writer gets the places of more frames. Otherwise a link seems to hold both what was read and
    // what has come since.
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
    // Another lane has written the header meanwhile.
    frame.layout = 0;
    if (this.#schema !== undefined) frame.schemaName = this.#schema;
    return frame;
  }
}
