/**
 * A link between two lanes: each end is on its own lane, with a ring of the driver between them. The writer stages
 * entries and pushes them in batches; a lossless writer never stages more than fits.
 *
 * @module
 */
import { ENTRY, LINK } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { type Driver, RING_BATCH, RING_NONE, type RingReader, type RingWriter } from "../driver/driver.ts";
import { audioFrameOf } from "../frames/audio_frame.ts";
import { dataFrameOf } from "../frames/data_frame.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { Pool } from "../memory/pool.ts";
import type { LinkPlan, LinkReader, LinkWriter, Wakeable } from "./link.ts";

const WRITTEN = LINK.written >> 3;
const NEWEST_INGRESS = LINK.newestIngressNs >> 3;
const DROPPED_FULL = LINK.droppedFull >> 3;
const HIGH_WATER = LINK.highWater >> 3;
const READ = LINK.read >> 3;
const SKIPPED = LINK.droppedSkipped >> 3;

/** Where the writer says that it ended, and who reads it. */
export interface RingLinkSite {
  readonly page: ControlPage;
  readonly driver: Driver;
  /** The pools of this lane, by index. */
  readonly pools: readonly Pool[];
}

/** The writing lane's end. */
export class RingLinkWriter implements LinkWriter {
  readonly plan: LinkPlan;
  writer: Wakeable | undefined;
  readonly #site: RingLinkSite;
  readonly #ring: RingWriter;
  readonly #f64: Float64Array;
  readonly #at: number;
  readonly #lossless: boolean;
  readonly #readerLane: number;
  readonly #batch: number;
  #staged = 0;
  /** Free places that were seen and not yet used up by staged entries. */
  #room = 0;
  #gapAhead = false;

  /** @param readerLane the lane at the other end */
  constructor(plan: LinkPlan, site: RingLinkSite, readerLane: number) {
    this.plan = plan;
    this.#site = site;
    this.#ring = site.driver.openWriter(plan.ring!);
    this.#f64 = site.page.f64;
    this.#at = site.page.linkOffset(plan.index) >> 3;
    this.#lossless = plan.policy === "lossless";
    this.#readerLane = readerLane;
    this.#batch = plan.policy === "latest" ? 1 : RING_BATCH;
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
    if (this.#lossless && this.room() <= 0) throw new RangeError(`Link ${this.plan.id} is full`);
    this.#room--;
    this.#f64[this.#at + WRITTEN]++;
    this.#f64[this.#at + NEWEST_INGRESS] = frame.ingressNs;
    let entry = frame.slot | (frame.pool.index << ENTRY.poolShift);
    if (this.#gapAhead || frame.linkGap) entry |= ENTRY.discontinuity;
    this.#gapAhead = false;
    this.#ring.staging[this.#staged++] = entry;
    if (this.#staged >= this.#batch) this.flush();
  }

  flush(): void {
    const staged = this.#staged;
    if (staged === 0) return;
    this.#staged = 0;
    const taken = this.#ring.commit(staged);
    let dropped = staged - taken;
    for (let k = taken; k < staged; k++) this.#release(this.#ring.staging[k]);
    if (dropped > 0) this.#gapAhead = true;
    for (let k = 0; k < this.#ring.evictedCount; k++) this.#release(this.#ring.evicted[k]);
    dropped += this.#ring.evictedCount;
    if (dropped > 0) this.#f64[this.#at + DROPPED_FULL] += dropped;
    const queued = this.plan.capacity - this.#ring.room();
    if (queued > this.#f64[this.#at + HIGH_WATER]) this.#f64[this.#at + HIGH_WATER] = queued;
  }

  end(): void {
    this.flush();
    this.#site.page.setEos(this.plan.index);
    this.#site.driver.signal(this.#readerLane, this.plan.readerBit);
  }

  /** The reading lane learns formats from the frames; the control isolate checks announced ones before the start. */
  announce(_format: FrameFormat): void {}

  #release(entry: number): void {
    this.#site.pools[(entry >>> ENTRY.poolShift) & ENTRY.poolMask].release(entry & ENTRY.slotMask);
  }
}

/** The reading lane's end. */
export class RingLinkReader implements LinkReader {
  readonly plan: LinkPlan;
  readonly announced: FrameFormat | undefined = undefined;
  reader: Wakeable | undefined;
  readonly #site: RingLinkSite;
  readonly #ring: RingReader;
  readonly #f64: Float64Array;
  readonly #at: number;
  readonly #frameOf: (pool: Pool, slot: number) => Frame;
  readonly #batch: number;
  /** Entries fetched and not yet taken stand in `staging[#next, #fetched)`. */
  #next = 0;
  #fetched = 0;

  constructor(plan: LinkPlan, site: RingLinkSite) {
    this.plan = plan;
    this.#site = site;
    this.#ring = site.driver.openReader(plan.ring!);
    this.#f64 = site.page.f64;
    this.#at = site.page.linkOffset(plan.index) >> 3;
    this.#frameOf = plan.kind === "audio" ? audioFrameOf : dataFrameOf;
    // What was fetched cannot be rolled off any more: links that drop are read one by one.
    this.#batch = plan.policy === "lossless" || plan.policy === "drop-newest" ? RING_BATCH : 1;
  }

  take(): Frame | undefined {
    if (this.#next === this.#fetched && !this.#fetch()) return undefined;
    this.#f64[this.#at + READ]++;
    return this.#frameAt(this.#next++);
  }

  peek(): Frame | undefined {
    if (this.#next === this.#fetched && !this.#fetch()) return undefined;
    return this.#frameAt(this.#next);
  }

  available(): number {
    return this.#fetched - this.#next + this.#ring.available();
  }

  ended(): boolean {
    // End first: nothing is written after it, so an empty ring seen afterwards stays empty.
    return this.#site.page.isEos(this.plan.index) && this.available() === 0;
  }

  countSkipped(frames: number): void {
    this.#f64[this.#at + READ] -= frames;
    this.#f64[this.#at + SKIPPED] += frames;
  }

  #fetch(): boolean {
    this.#next = 0;
    if (this.#batch === 1) {
      const entry = this.#ring.pop();
      this.#ring.staging[0] = entry;
      this.#fetched = entry === RING_NONE ? 0 : 1;
    } else {
      this.#fetched = this.#ring.fetch(this.#batch);
    }
    return this.#fetched > 0;
  }

  #frameAt(place: number): Frame {
    const entry = this.#ring.staging[place];
    const frame = this.#frameOf(this.#site.pools[(entry >>> ENTRY.poolShift) & ENTRY.poolMask], entry & ENTRY.slotMask);
    frame.linkGap = (entry & ENTRY.discontinuity) !== 0;
    return frame;
  }
}
