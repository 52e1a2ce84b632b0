/**
 * Replaces the links of a node during its trial. The frames that the node reads can be put back, and the frames that it
 * writes are held back, until the commit.
 *
 * If the node stays on its lane, the stand-ins read and watch the links themselves. If it comes from another lane, they
 * have the frames and room that the old lane has lent (`loan.ts`), and the links follow at the commit.
 *
 * @module
 */
import { waitsForRoom } from "../../links/policy.ts";
import type { Frame } from "../../frames/frame.ts";
import type { FrameFormat } from "../../frames/format.ts";
import type { LinkPlan, LinkReader, LinkWriter, Wakeable } from "../../links/link.ts";

/** A frame, and whether frames are missing before it. */
export interface KeptFrame {
  readonly frame: Frame;
  readonly gap: boolean;
}

/** The part of a link, or of its loan, that a stand-in for a writing end needs. */
export type LentOutput = Pick<LinkWriter, "plan" | "room" | "closed">;

/** Replaces a reading end. It keeps one more reference to each frame that is taken. */
export class StandInReader implements LinkReader {
  readonly plan: LinkPlan;
  reader: Wakeable | undefined;
  readonly announced: FrameFormat | undefined;
  /** The link itself; absent if another lane has it. */
  readonly #link: LinkReader | undefined;
  /** Lent frames that are not taken yet. */
  readonly #lent: KeptFrame[] = [];
  readonly #taken: KeptFrame[] = [];
  #skipped = 0;

  /** @param lent the link, or the frames lent of it; the stand-in owns a reference to each */
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

  /** Does nothing: a trial lends no frames. */
  putBack(): void {}

  discard(): void {}

  close(): void {}

  publish(): void {}

  /**
   * Removes the frames taken here from the link.
   *
   * @param link that the node has after the commit
   */
  commit(link: LinkReader | undefined): void {
    if (this.#link === undefined) this.#takeFrom(link);
    else if (this.#skipped > 0) this.#link.countSkipped(this.#skipped);
    this.#release();
  }

  /** Undoes the taking of frames. */
  undo(): void {
    if (this.#link !== undefined && this.#taken.length > 0) this.#link.putBack(this.#taken.splice(0));
    this.#release();
  }

  #next(): KeptFrame | undefined {
    if (this.#link === undefined) return this.#lent.shift();
    const frame = this.#link.take();
    return frame && { frame, gap: frame.linkGap };
  }

  /** Takes the frames that the lending lane has put back, except those that the link has dropped meanwhile. */
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

/** Replaces a writing end. It holds written frames. */
export class StandInWriter implements LinkWriter {
  readonly plan: LinkPlan;
  writer: Wakeable | undefined;
  readonly #lent: LentOutput;
  readonly #most: number;
  readonly #held: KeptFrame[] = [];

  /**
   * Replaces a link for writing.
   *
   * @param lent the link, or its loan
   * @param most how many frames may be held while the tick may still be admitted again
   */
  constructor(lent: LentOutput, most: number) {
    this.plan = lent.plan;
    this.#lent = lent;
    this.#most = most;
  }

  /** True if the tick waits in vain: no reader can make room for its next write. */
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
   * Writes the held frames to the link.
   *
   * @param link that the node has after the commit; absent if it has none
   */
  commit(link: LinkWriter | undefined): void {
    if (link === undefined) return this.undo();
    link.owe?.(this.#held.length);
    for (const { frame, gap } of this.#held.splice(0)) {
      // Another link of the lane may have set it meanwhile.
      frame.linkGap = gap;
      link.write(frame);
    }
  }

  /** Drops the held frames, as if they had never been written. */
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
