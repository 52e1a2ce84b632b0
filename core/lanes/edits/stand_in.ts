/**
 * Replaces the links of a node during its trial. The frames that the node reads can be put back, and the frames that it
 * writes are held back, until the commit.
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

/** Replaces a reading end. It keeps one more reference to each frame that is taken. */
export class StandInReader implements LinkReader {
  readonly plan: LinkPlan;
  reader: Wakeable | undefined;
  readonly announced: FrameFormat | undefined;
  readonly #link: LinkReader;
  readonly #taken: KeptFrame[] = [];
  #skipped = 0;

  constructor(link: LinkReader) {
    this.plan = link.plan;
    this.announced = link.announced;
    this.#link = link;
  }

  take(): Frame | undefined {
    const frame = this.#link.take();
    if (frame === undefined) return undefined;
    // Until the commit, no other frame may have its slot.
    frame.pool.retain(frame.slot);
    this.#taken.push({ frame, gap: frame.linkGap });
    return frame;
  }

  peek(): Frame | undefined {
    return this.#link.peek();
  }

  hasFrames(): boolean {
    return this.#link.hasFrames();
  }

  available(): number {
    return this.#link.available();
  }

  ended(): boolean {
    return this.#link.ended();
  }

  countSkipped(frames: number): void {
    this.#skipped += frames;
  }

  /** Does nothing: nothing is put back into a stand-in. */
  putBack(): void {}

  discard(): void {}

  close(): void {}

  publish(): void {}

  /** Leaves the frames that were taken here out of the link. */
  commit(): void {
    if (this.#skipped > 0) this.#link.countSkipped(this.#skipped);
    releaseAll(this.#taken.splice(0));
  }

  /** Undoes the taking of frames. */
  undo(): void {
    if (this.#taken.length > 0) this.#link.putBack(this.#taken.splice(0));
  }
}

/** Replaces a writing end. It holds written frames. */
export class StandInWriter implements LinkWriter {
  readonly plan: LinkPlan;
  writer: Wakeable | undefined;
  readonly #link: LinkWriter;
  readonly #most: number;
  readonly #held: KeptFrame[] = [];

  /**
   * Replaces a link for writing.
   *
   * @param most how many frames may be held while the tick may still be admitted again
   */
  constructor(link: LinkWriter, most: number) {
    this.plan = link.plan;
    this.#link = link;
    this.#most = most;
  }

  /** True if the tick waits in vain: no reader can make room for its next write. */
  get isSpent(): boolean {
    return waitsForRoom(this.plan.policy) && this.#held.length > this.#most;
  }

  room(): number {
    return this.#link.room() - this.#held.length;
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
    return this.#link.closed();
  }

  /** Writes the held frames to the link. */
  commit(): void {
    for (const { frame, gap } of this.#held.splice(0)) {
      // Another link of the lane may have set it meanwhile.
      frame.linkGap = gap;
      this.#link.write(frame);
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
