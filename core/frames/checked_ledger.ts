/**
 * The ledger of development mode. At the end of a tick it checks whether the node changed what others see.
 *
 * @module
 */
import { assertUnchanged } from "./checked_frame.ts";
import type { Frame } from "./frame.ts";
import { Ledger } from "../memory/ledger.ts";

export class CheckedLedger extends Ledger {
  readonly #given: Frame[] = [];

  /** Notes that the tick owns a reference to the frame. */
  override add(frame: Frame): void {
    this.#given.push(frame);
    super.add(frame);
  }

  /** Gives back what the tick still owns, and keeps what was wrong with it in `fault`. */
  override releaseAll(): void {
    this.fault = undefined;
    for (const frame of this.#given.splice(0)) {
      if (frame.owned === 0) continue;
      try {
        assertUnchanged(frame);
      } catch (error) {
        this.fault ??= error;
      }
    }
    super.releaseAll();
  }
}
