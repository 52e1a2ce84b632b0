/**
 * A link inside one lane: a ring of frame objects. No atomics but for reference counts, no allocation.
 *
 * @module
 */
import { LINK } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { isKeyframe } from "../frames/encoded_frame.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { LinkPlan, LinkReader, LinkWriter, Wakeable } from "./link.ts";
import { evicts } from "./policy.ts";

const WRITTEN = LINK.written >> 3;
const NEWEST_INGRESS = LINK.newestIngressNs >> 3;
const DROPPED_FULL = LINK.droppedFull >> 3;
const HIGH_WATER = LINK.highWater >> 3;
const READ = LINK.read >> 3;
const SKIPPED = LINK.droppedSkipped >> 3;
const UNLINKED = LINK.droppedUnlinked >> 3;

/** See the module. */
export class LocalLink implements LinkWriter, LinkReader {
  readonly plan: LinkPlan;
  writer: Wakeable | undefined;
  reader: Wakeable | undefined;
  announced: FrameFormat | undefined;
  readonly #page: ControlPage;
  readonly #f64: Float64Array;
  readonly #at: number;
  readonly #ring: (Frame | undefined)[];
  /** 1 where frames are missing before the entry; made when the first gap is. */
  #gaps: Uint8Array | undefined;
  readonly #capacity: number;
  readonly #lossless: boolean;
  readonly #rollsOff: boolean;
  readonly #encoded: boolean;
  #head = 0;
  #tail = 0;
  #count = 0;
  /** The next frame written has a gap before it. */
  #gapAhead = false;
  /** Of encoded frames, those up to the next key frame are dropped. */
  #toKey = false;
  #ended = false;
  #closed = false;
  #roomWanted = false;

  constructor(plan: LinkPlan, page: ControlPage) {
    this.plan = plan;
    this.#page = page;
    this.#f64 = page.f64;
    this.#at = page.linkOffset(plan.index) >> 3;
    this.#capacity = plan.capacity;
    this.#ring = new Array(plan.capacity).fill(undefined);
    this.#lossless = plan.policy === "lossless";
    this.#encoded = plan.kind === "encoded";
    this.#rollsOff = evicts(plan.policy);
  }

  room(): number {
    return this.#capacity - this.#count;
  }

  awaitRoom(): number {
    this.#roomWanted = true;
    return this.room();
  }

  write(frame: Frame): void {
    const f64 = this.#f64;
    f64[this.#at + WRITTEN]++;
    f64[this.#at + NEWEST_INGRESS] = frame.ingressNs;
    if (this.#toKey && !this.#isUsable(frame)) return;
    if (this.#count === this.#capacity && !this.#makeRoom(frame)) return;
    const tail = this.#tail;
    this.#ring[tail] = frame;
    if (this.#gapAhead || frame.linkGap) this.#markGap(tail);
    this.#tail = tail + 1 === this.#capacity ? 0 : tail + 1;
    const count = ++this.#count;
    if (count > f64[this.#at + HIGH_WATER]) f64[this.#at + HIGH_WATER] = count;
    this.reader?.wake();
  }

  flush(): void {}

  end(): void {
    this.#ended = true;
    this.#page.setEos(this.plan.index);
    this.reader?.wake();
  }

  announce(format: FrameFormat): void {
    this.announced = format;
  }

  take(): Frame | undefined {
    if (this.#count === 0) return undefined;
    const head = this.#head;
    const frame = this.#ring[head]!;
    this.#ring[head] = undefined;
    frame.linkGap = this.#gaps !== undefined && this.#takeGap(head);
    this.#head = head + 1 === this.#capacity ? 0 : head + 1;
    this.#count--;
    this.#f64[this.#at + READ]++;
    if (this.#roomWanted) {
      this.#roomWanted = false;
      this.writer?.wake();
    }
    return frame;
  }

  peek(): Frame | undefined {
    return this.#count === 0 ? undefined : this.#ring[this.#head];
  }

  hasFrames(): boolean {
    return this.#count > 0;
  }

  available(): number {
    return this.#count;
  }

  ended(): boolean {
    return this.#ended && this.#count === 0;
  }

  countSkipped(frames: number): void {
    this.#f64[this.#at + READ] -= frames;
    this.#f64[this.#at + SKIPPED] += frames;
  }

  discard(): void {
    for (let left = this.available(); left > 0; left--) {
      const frame = this.take();
      if (frame === undefined) return;
      this.#f64[this.#at + READ]--;
      this.#f64[this.#at + UNLINKED]++;
      frame.dropValue();
      frame.pool.release(frame.slot);
    }
  }

  closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#page.setClosed(this.plan.index);
    this.writer?.notify();
  }

  /** @returns whether the new frame has a place; if not, it was dropped */
  #makeRoom(frame: Frame): boolean {
    if (this.#lossless) throw new RangeError(`Link ${this.plan.id} is full`);
    if (!this.#rollsOff) {
      this.#toKey = this.#encoded;
      this.#drop(frame);
      return false;
    }
    this.#dropHead();
    if (!this.#encoded) return true;
    while (this.#count > 0 && !isKeyframe(this.#ring[this.#head]!)) this.#dropHead();
    if (this.#count > 0) return true;
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

  /** The entry at `place` has a gap before it: the one ahead, if there is one. */
  #markGap(place: number): void {
    this.#gaps ??= new Uint8Array(this.#capacity);
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
    this.#f64[this.#at + DROPPED_FULL]++;
    this.#gapAhead = true;
    frame.pool.release(frame.slot);
  }

  #dropHead(): void {
    const head = this.#head;
    const oldest = this.#ring[head]!;
    this.#ring[head] = undefined;
    this.#head = head + 1 === this.#capacity ? 0 : head + 1;
    this.#count--;
    this.#f64[this.#at + DROPPED_FULL]++;
    if (this.#gaps !== undefined) this.#gaps[head] = 0;
    if (this.#count > 0) this.#markGap(this.#head);
    else this.#gapAhead = true;
    oldest.pool.release(oldest.slot);
  }
}
