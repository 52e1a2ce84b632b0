/**
 * What stands in for the links of a node that is tried. The frames that the node reads can be put back, and those that
 * it writes are held back, until the commit.
 *
 * Where the node stays on its lane, the stand-ins read and watch the links themselves. Where it comes from another lane,
 * they have what that lane has lent (`loan.ts`), and the links are there only at the commit.
 *
 * @module
 */
import { waitsForRoom } from "../../links/policy.ts";
import type { Frame } from "../../frames/frame.ts";
import type { FrameFormat } from "../../frames/format.ts";
import type { LinkPlan, LinkReader, LinkWriter, Wakeable } from "../../links/link.ts";

/** A frame and whether others are missing before it. */
export interface KeptFrame {
  readonly frame: Frame;
  readonly gap: boolean;
}

/** What a stand-in for a writing end needs of the link, or of what was lent of it. */
export type LentOutput = Pick<LinkWriter, "plan" | "room" | "closed">;

/** Stands in for a reading end. It keeps one more reference to each frame that is taken. */
export class StandInReader implements LinkReader {
  readonly plan: LinkPlan;
  reader: Wakeable | undefined;
  readonly announced: FrameFormat | undefined;
  /** The link itself; absent on another lane than that of the node which has it. */
  readonly #link: LinkReader | undefined;
  /** Frames that were lent and are not taken. */
  readonly #lent: KeptFrame[] = [];
  readonly #taken: KeptFrame[] = [];
  #skipped = 0;

  /** @param lent the link, or the frames that were lent of it, to each of which this has a reference */
  constructor(plan: LinkPlan, lent: LinkReader | readonly KeptFrame[]) {
    this.plan = plan;
    if ("take" in lent) this.#link = lent;
    else this.#lent.push(...lent);
    this.announced = this.#link?.announced;
  }

  take(): Frame | undefined {
    const next = this.#next();
    if (next === undefined) return undefined;
    const { frame, gap } = next;
    // Until the commit, no other frame may have its slot.
    frame.pool.retain(frame.slot);
    this.#taken.push(next);
    frame.linkGap = gap;
    return frame;
  }

  peek(): Frame | undefined {
    return this.#link === undefined ? this.#lent[0]?.frame : this.#link.peek();
  }

  hasFrames(): boolean {
    return this.#link?.hasFrames() ?? this.#lent.length > 0;
  }

  available(): number {
    return this.#link?.available() ?? this.#lent.length;
  }

  ended(): boolean {
    return this.#link?.ended() ?? false;
  }

  countSkipped(frames: number): void {
    this.#skipped += frames;
  }

  /** Nothing is lent of what a stand-in has. */
  putBack(): void {}

  discard(): void {}

  close(): void {}

  publish(): void {}

  /**
   * What was taken here leaves the link.
   *
   * @param link the one that the node has from now on
   */
  commit(link: LinkReader | undefined): void {
    if (this.#link === undefined) this.#takeFrom(link);
    else if (this.#skipped > 0) this.#link.countSkipped(this.#skipped);
    this.#release();
  }

  /** What was taken here is not taken. */
  undo(): void {
    if (this.#link !== undefined && this.#taken.length > 0) this.#link.putBack(this.#taken.splice(0));
    this.#release();
  }

  #next(): KeptFrame | undefined {
    if (this.#link === undefined) return this.#lent.shift();
    const frame = this.#link.take();
    return frame && { frame, gap: frame.linkGap };
  }

  /** The lane that has lent the frames has put them back: takes them, except those that the link has dropped since. */
  #takeFrom(link: LinkReader | undefined): void {
    let skipped = this.#skipped;
    for (const { frame: { pool, slot } } of this.#taken) {
      const head = link?.peek();
      if (head?.slot !== slot || head.pool !== pool) continue;
      link!.take();
      pool.release(slot);
      if (skipped-- > 0) link!.countSkipped(1);
    }
  }

  #release(): void {
    releaseAll(this.#lent.splice(0));
    releaseAll(this.#taken.splice(0));
  }
}

/** Stands in for a writing end. It holds what is written. */
export class StandInWriter implements LinkWriter {
  readonly plan: LinkPlan;
  writer: Wakeable | undefined;
  readonly #lent: LentOutput;
  readonly #most: number;
  readonly #held: KeptFrame[] = [];

  /**
   * @param lent the link, or what was lent of it
   * @param most how many frames may be held while the tick may still be admitted again
   */
  constructor(lent: LentOutput, most: number) {
    this.plan = lent.plan;
    this.#lent = lent;
    this.#most = most;
  }

  /** Whether the tick waits in vain: no reader can make room for what it writes next. */
  get isSpent(): boolean {
    return waitsForRoom(this.plan.policy) && this.#held.length > this.#most;
  }

  room(): number {
    return this.#lent.room() - this.#held.length;
  }

  awaitRoom(): number {
    return this.room();
  }

  write(frame: Frame): void {
    this.#held.push({ frame, gap: frame.linkGap });
  }

  flush(): void {}

  publish(): void {}

  end(): void {}

  markGap(): void {}

  announce(_format: FrameFormat): void {}

  closed(): boolean {
    return this.#lent.closed();
  }

  /**
   * What was written here enters the link.
   *
   * @param link the one that the node has from now on; absent where it has none
   */
  commit(link: LinkWriter | undefined): void {
    if (link === undefined) return this.undo();
    link.owe?.(this.#held.length);
    for (const { frame, gap } of this.#held.splice(0)) {
      // Another link of the lane may have set it since.
      frame.linkGap = gap;
      link.write(frame);
    }
  }

  /** What was written here was never written. */
  undo(): void {
    releaseAll(this.#held.splice(0));
  }
}

function releaseAll(frames: readonly KeptFrame[]): void {
  for (const { frame } of frames) {
    frame.dropValue();
    frame.pool.release(frame.slot);
  }
}
