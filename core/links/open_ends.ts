/**
 * The frames that are queued on a link inside one lane, and its two ends for the time of a tick.
 *
 * Nothing but the one tick that a lane runs touches a link. So an end can be *open* during a tick: then `takeOpen()`
 * and `writeOpen()` move a frame and no more, and what else belongs to it (clearing the place, waking the other end,
 * giving back what the tick has kept) is made up for all frames together when the end is closed. Where an end is not
 * open, or as many frames have passed as it was opened for, they do nothing, and `take()` and `write()` of
 * `local_link.ts` serve, once both ends of the tick are closed.
 *
 * @module
 */
import type { Frame } from "../frames/frame.ts";
import { giveBack, type Ledger } from "../memory/ledger.ts";
import type { Wakeable } from "./link.ts";

/** Frames in a tick from which on opening and closing an end costs less than it saves. */
const WORTH_OPENING = 4;

export abstract class OpenEnds {
  // What every frame touches stands first, so that it lies together.
  /** Places taken by frames so far, and given free; both wrap at 32 bits. */
  protected tail = 0;
  protected head = 0;
  protected ring: (Frame | undefined)[] = [];
  /** Places of `ring` less one. They hold more than the capacity where more frames came along from another lane. */
  protected mask = 0;
  /** Frames that the running tick may still take and write while the ends are open; 0 where they are closed. */
  #openReads = 0;
  #openWrites = 0;
  /** What `head` and `#openWrites` were when the ends were opened. */
  #headOpened = 0;
  #writesOpened = 0;
  protected readonly capacity: number = 0;
  writer: Wakeable | undefined;
  reader: Wakeable | undefined;
  /** Most frames that were ever queued. */
  protected highWater = 0;
  /** The next frame written has a gap before it. */
  protected gapAhead = false;
  /** Of encoded frames, those up to the next key frame are dropped. */
  protected toKey = false;
  protected roomWanted = false;
  /**
   * The link that leads to the node that writes here: its open end is used up when this one's is, since what the node
   * may read depends on the room here.
   */
  before: OpenEnds | undefined;
  /** 1 where frames are missing before the entry; made when the first gap is, and given up when the link is empty. */
  protected gaps: Uint8Array | undefined;
  /** When the newest frame that is not queued any more entered the graph. */
  protected newestGoneNs = 0;

  /** @param capacity frames that fit */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Frames that fit now. */
  room(): number {
    return this.capacity - ((this.tail - this.head) | 0);
  }

  /** Whether a frame can be taken now. */
  hasFrames(): boolean {
    return this.head !== this.tail;
  }

  /** Frames that can be taken now. */
  available(): number {
    return (this.tail - this.head) | 0;
  }

  /**
   * Opens the reading end for a tick, unless there is too little to gain by it.
   *
   * @param most frames that the tick may take by it
   * @returns whether it is open
   */
  openReading(most: number): boolean {
    const queued = (this.tail - this.head) | 0;
    if (queued < WORTH_OPENING || this.gaps !== undefined) return false;
    this.#headOpened = this.head;
    this.#openReads = queued < most ? queued : most;
    return true;
  }

  /** What is left to read by the open end is not read by it. */
  stopReading(): void {
    this.#openReads = 0;
  }

  /** Opens the writing end for a tick. @param most frames that the tick may write by it */
  openWriting(most: number): void {
    if (this.toKey || this.gapAhead) return;
    const queued = (this.tail - this.head) | 0;
    if (queued === 0) this.gaps = undefined;
    const room = this.capacity - queued;
    if (room > 0) this.#openWrites = this.#writesOpened = room < most ? room : most;
  }

  /** Takes the oldest frame, which the tick then owns. @returns `undefined` where that is for `take()` to do */
  takeOpen(): Frame | undefined {
    const left = this.#openReads;
    if (left === 0) return undefined;
    const head = this.head;
    const frame = this.ring[head & this.mask]!;
    // What was retained is released through the object that it was retained by: this read needs another one.
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
   * @returns `false`, and does nothing, where that is for `write()` to do
   */
  writeOpen(frame: Frame): boolean {
    const left = this.#openWrites;
    if (left === 0 || frame.owned === 0 || frame.linkGap) return false;
    this.#openWrites = left - 1;
    if (left === 1 && this.before !== undefined) this.before.#openReads = 0;
    frame.owned--;
    // As `takeReference()` does: what others release is not what this tick has retained.
    frame.retainedNow = 0;
    const tail = this.tail;
    this.ring[tail & this.mask] = frame;
    this.tail = (tail + 1) | 0;
    return true;
  }

  /** The frame taken last by the open end; `undefined` where none was. */
  lastTaken(): Frame | undefined {
    return this.head === this.#headOpened ? undefined : this.ring[(this.head - 1) & this.mask];
  }

  /** Frames written since the writing end was opened. */
  get writtenOpen(): number {
    return this.#writesOpened - this.#openWrites;
  }

  /** The frame written last, which must still be queued. */
  newest(): Frame {
    return this.ring[(this.tail - 1) & this.mask]!;
  }

  /**
   * Closes the reading end, which must be open.
   *
   * @param kept notes the frames that the tick goes on owning; where there is none, they are given back
   * @param ingressNs when the frame taken last entered the graph
   * @param passedOn frames that the tick has given away of those it took by the open end, and of no others
   * @returns frames taken while it was open
   */
  closeReading(kept: Ledger | undefined, ingressNs: number, passedOn: number): number {
    this.#openReads = 0;
    const head = this.head;
    const first = this.#headOpened;
    if (head === first) return 0;
    // The places of frames that were all given away are left as they are: the objects stay those of their slots.
    if (((head - first) | 0) !== passedOn) this.#settleTaken(kept);
    if (head === this.tail) this.newestGoneNs = ingressNs;
    if (this.roomWanted) this.tellRoom();
    return (head - first) | 0;
  }

  /** Clears the places of the frames taken, and gives back or notes those that the tick still owns. */
  #settleTaken(kept: Ledger | undefined): void {
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

  /** Frees the writer from its wait for room. */
  protected tellRoom(): void {
    this.roomWanted = false;
    this.writer?.wake();
  }
}
