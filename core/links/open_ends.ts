/**
 * The queue of frames on a link inside one lane, and its two ends during a tick. Only that lane may call it. Nothing
 * here blocks or allocates.
 *
 * A lane runs one tick at a time, so only that tick touches the link. An end can be *open* during a tick: `takeOpen()`
 * and `writeOpen()` then only move a frame, and closing the end does the remaining work for all frames at once: it
 * clears places, wakes the other end, and gives back the frames that the tick has kept. If an end is closed, or has
 * passed as many frames as it was opened for, both methods do nothing: the tick closes both its ends and uses `take()`
 * and `write()` of `local_link.ts`.
 *
 * @module
 */
import type { Frame } from "../frames/frame.ts";
import { giveBack, type Ledger } from "../memory/ledger.ts";
import type { Wakeable } from "./link.ts";

/** From this many frames in a tick on, opening and closing an end costs less than it saves. */
const WORTH_OPENING = 4;

export abstract class OpenEnds {
  // Fields that every frame touches are declared first, so that they share cache lines.
  /** Places taken by frames so far, and places freed so far; both wrap at 32 bits. */
  protected tail = 0;
  protected head = 0;
  protected ring: (Frame | undefined)[] = [];
  /**
   * The number of places in `ring` minus one. An edit that brings frames from another lane may raise it above the
   * capacity.
   */
  protected mask = 0;
  /** Frames that the running tick may still take and write while the ends are open; 0 while they are closed. */
  #openReads = 0;
  #openWrites = 0;
  /** `head` and `#openWrites` at the time the ends were opened. */
  #headOpened = 0;
  #writesOpened = 0;
  protected capacity = 0;
  writer: Wakeable | undefined;
  reader: Wakeable | undefined;
  /** The most frames that were ever queued. */
  protected highWater = 0;
  /** The next frame written has a gap before it. */
  protected gapAhead = false;
  /** For encoded frames: drop up to the next key frame. */
  protected toKey = false;
  protected roomWanted = false;
  /**
   * The link that leads to the writing node. Its open end is used up together with this one, since the node may read
   * only as many frames as this link has room for.
   */
  before: OpenEnds | undefined;
  /** 1 if frames are missing before the entry. Allocated at the first gap, and released when the link is empty. */
  protected gaps: Uint8Array | undefined;
  /** The time at which the newest frame that has left the queue entered the graph. */
  protected newestGoneNs = 0;

  /** @param capacity frames that fit */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Returns how many more frames fit. */
  room(): number {
    return this.capacity - ((this.tail - this.head) | 0);
  }

  /** True if a frame can be taken. */
  hasFrames(): boolean {
    return this.head !== this.tail;
  }

  /** Returns how many frames can be taken. */
  available(): number {
    return (this.tail - this.head) | 0;
  }

  /**
   * Opens the reading end for a tick, unless too few frames are queued to gain from it.
   *
   * @param most frames that the tick may take
   * @returns whether the end is open
   */
  openReading(most: number): boolean {
    const queued = (this.tail - this.head) | 0;
    if (queued < WORTH_OPENING || this.gaps !== undefined) return false;
    this.#headOpened = this.head;
    this.#openReads = queued < most ? queued : most;
    return true;
  }

  /** Stops reading through the open end; the remaining frames stay queued. */
  stopReading(): void {
    this.#openReads = 0;
  }

  /** Opens the writing end for a tick. @param most frames that the tick may write */
  openWriting(most: number): void {
    if (this.toKey || this.gapAhead) return;
    const queued = (this.tail - this.head) | 0;
    if (queued === 0) this.gaps = undefined;
    const room = this.capacity - queued;
    if (room > 0) this.#openWrites = this.#writesOpened = room < most ? room : most;
  }

  /** Takes the oldest frame, which the tick then owns. @returns `undefined` if the caller must use `take()` */
  takeOpen(): Frame | undefined {
    const left = this.#openReads;
    if (left === 0) return undefined;
    const head = this.head;
    const frame = this.ring[head & this.mask]!;
    // A retained frame is released through the object that retained it, so this read needs another object.
    if (frame.retained > 0) return undefined;
    this.#openReads = left - 1;
    this.head = (head + 1) | 0;
    frame.owned++;
    frame.linkGap = false;
    return frame;
  }

  /**
   * Takes over a reference that the tick owns.
   *
   * @returns `false`, having done nothing, if the caller must use `write()`
   */
  writeOpen(frame: Frame): boolean {
    const left = this.#openWrites;
    if (left === 0 || frame.owned === 0 || frame.linkGap) return false;
    this.#openWrites = left - 1;
    if (left === 1 && this.before !== undefined) this.before.#openReads = 0;
    frame.owned--;
    // As in `takeReference()`: references that others release are not references that this tick has retained.
    frame.retainedNow = 0;
    const tail = this.tail;
    this.ring[tail & this.mask] = frame;
    this.tail = (tail + 1) | 0;
    return true;
  }

  /** Returns the last frame taken through the open end, if any. */
  lastTaken(): Frame | undefined {
    return this.head === this.#headOpened ? undefined : this.ring[(this.head - 1) & this.mask];
  }

  /** Frames written since the writing end was opened. */
  get writtenOpen(): number {
    return this.#writesOpened - this.#openWrites;
  }

  /** Returns the frame that was written last, which must still be queued. */
  newest(): Frame {
    return this.ring[(this.tail - 1) & this.mask]!;
  }

  /**
   * Closes the reading end, which must be open.
   *
   * @param kept records the frames that the tick still owns; without it the link gives them back
   * @param ingressNs when the last taken frame entered the graph
   * @param passedOn how many of the taken frames the tick has given away
   * @returns frames that were taken while the end was open
   */
  closeReading(kept: Ledger | undefined, ingressNs: number, passedOn: number): number {
    this.#openReads = 0;
    const head = this.head;
    const first = this.#headOpened;
    if (head === first) return 0;
    // If the tick gave all frames away, their places keep the objects, which belong to their slots.
    if (((head - first) | 0) !== passedOn) this.#releaseTaken(kept);
    if (head === this.tail) this.newestGoneNs = ingressNs;
    if (this.roomWanted) this.tellRoom();
    return (head - first) | 0;
  }

  /** Clears the places of taken frames, and gives back or records the frames that the tick still owns. */
  #releaseTaken(kept: Ledger | undefined): void {
    for (let count = this.#headOpened; count !== this.head; count = (count + 1) | 0) {
      const place = count & this.mask;
      const frame = this.ring[place]!;
      this.ring[place] = undefined;
      if (frame.owned === 0) continue;
      if (kept === undefined) giveBack(frame);
      else kept.keep(frame);
    }
  }

  /** Closes the writing end. @returns frames written while it was open */
  closeWriting(): number {
    const written = this.#writesOpened - this.#openWrites;
    this.#openWrites = this.#writesOpened = 0;
    if (written === 0) return 0;
    const queued = (this.tail - this.head) | 0;
    if (queued > this.highWater) this.highWater = queued;
    const { reader } = this;
    if (reader === undefined) return written;
    reader.wakes += written;
    if (!reader.queued) {
      reader.wakes--;
      reader.wake();
    }
    return written;
  }

  /** Ends the writer's wait for room. */
  protected tellRoom(): void {
    this.roomWanted = false;
    this.writer?.wake();
  }
}
