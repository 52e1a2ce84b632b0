/**
 * The references that a running tick owns. A lane has one ledger for its synchronous nodes, whose ticks never overlap,
 * and one for each asynchronous node.
 *
 * @module
 */
import type { Frame } from "./frame.ts";

/** See the module. */
export class Ledger {
  /** The frame noted last, unless the tick gave it away. */
  #last: Frame | undefined;
  /** Those noted before it. */
  readonly #frames: Frame[] = [];
  #count = 0;
  /** What a tick did wrong with its frames; only development mode looks. */
  fault: unknown = undefined;

  /** Notes that the tick owns a reference to the frame. */
  add(frame: Frame): void {
    frame.owned = true;
    if (this.#last !== undefined) this.#frames[this.#count++] = this.#last;
    this.#last = frame;
  }

  /** The tick gave its reference to the frame that it took last: the usual case, kept short. */
  dropLast(frame: Frame): void {
    if (this.#last === frame) this.#last = undefined;
  }

  /** Gives back what the tick still owns. */
  settle(): void {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined) giveBack(last);
    while (this.#count > 0) giveBack(this.#frames[--this.#count]);
  }
}

function giveBack(frame: Frame): void {
  frame.retainedNow = 0;
  if (!frame.owned) return;
  frame.owned = false;
  frame.pool.release(frame.slot);
}
