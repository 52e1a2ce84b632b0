/**
 * The references that a running tick owns. A lane has one ledger for its synchronous nodes, whose ticks never overlap,
 * and one for each asynchronous node.
 *
 * @module
 */
import type { Frame } from "./frame.ts";

/** See the module. */
export class Ledger {
  readonly #frames: Frame[] = [];
  #count = 0;
  /** What a tick did wrong with its frames; only development mode looks. */
  fault: unknown = undefined;

  /** Notes that the tick owns a reference to the frame. */
  add(frame: Frame): void {
    frame.owned = true;
    this.#frames[this.#count++] = frame;
  }

  /** The tick gave its reference to the frame that it took last: the usual case, kept short. */
  dropLast(frame: Frame): void {
    if (this.#count > 0 && this.#frames[this.#count - 1] === frame) this.#count--;
  }

  /** Gives back what the tick still owns. */
  settle(): void {
    while (this.#count > 0) {
      const frame = this.#frames[--this.#count];
      frame.retainedNow = 0;
      if (!frame.owned) continue;
      frame.owned = false;
      frame.pool.release(frame.slot);
    }
  }
}
