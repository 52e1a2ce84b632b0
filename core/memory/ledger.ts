/**
 * The references that a running tick owns. A lane has one ledger for its synchronous nodes, whose ticks never overlap,
 * and one for each asynchronous node. Only the lane's thread calls it. Nothing blocks, and only the list of frames
 * allocates, while it grows.
 *
 * @module
 */
import type { Keeping } from "./keeping.ts";

/**
 * From this many recorded frames on, the ledger forgets frames that the tick has given away: a tick may last for ever.
 */
const MANY = 256;

/** A frame as its memory sees it: a slot, and the references to it that the running tick owns. */
export interface HeldFrame {
  readonly pool: { release(slot: number): void };
  /** Index of the slot in its pool. */
  readonly slot: number;
  /** References that the running tick owns through this object. */
  owned: number;
  /** References that the running tick added with `retain()`. */
  retainedNow: number;
}

export class Ledger {
  /** The frame recorded last, unless the tick has given it away. */
  #last: HeldFrame | undefined;
  /** The frames recorded before it. */
  readonly #frames: HeldFrame[] = [];
  #count = 0;
  /** The tick's misuse of its frames. Only development mode checks. */
  fault: unknown = undefined;
  /** Counts the frames that each node keeps beyond the tick. */
  readonly keeping: Keeping | undefined;

  constructor(keeping?: Keeping) {
    this.keeping = keeping;
  }

  /** Records that the tick owns one more reference to the frame, which may arrive at several inputs. */
  add(frame: HeldFrame): void {
    frame.owned++;
    this.keep(frame);
  }

  /** Records a frame whose references are already counted. */
  keep(frame: HeldFrame): void {
    const last = this.#last;
    if (last !== undefined && last.owned > 0) {
      this.#frames[this.#count++] = last;
      if (this.#count >= MANY) this.#forget();
    }
    this.#last = frame;
  }

  /** Returns how many frames the tick owns. */
  held(): number {
    this.#forget();
    return this.#count + (this.#last !== undefined && this.#last.owned > 0 ? 1 : 0);
  }

  /** Forgets the frame that the tick took last and has given away: the usual case, kept short. */
  dropLast(frame: HeldFrame): void {
    if (this.#last === frame) this.#last = undefined;
  }

  /** Gives back all references that the tick still owns. */
  releaseAll(): void {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined) giveBack(last);
    while (this.#count > 0) giveBack(this.#frames[--this.#count]);
  }

  #forget(): void {
    let kept = 0;
    for (let k = 0; k < this.#count; k++) {
      const frame = this.#frames[k];
      if (frame.owned > 0) this.#frames[kept++] = frame;
    }
    this.#count = kept;
  }
}

/** Gives back the references to one frame that a tick owns. */
export function giveBack(frame: HeldFrame): void {
  frame.retainedNow = 0;
  for (; frame.owned > 0; frame.owned--) frame.pool.release(frame.slot);
}
