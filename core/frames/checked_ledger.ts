/**
 * The ledger of development mode. At the end of a tick it checks whether the node changed bytes that others see.
 *
 * @module
 */
import { assertUnchanged } from "./checked_frame.ts";
import type { Frame } from "./frame.ts";
import { Ledger } from "../memory/ledger.ts";

export class CheckedLedger extends Ledger {
  readonly #given: Frame[] = [];

  /** Records that the tick owns a reference to the frame. */
  override add(frame: Frame): void {
    this.#given.push(frame);
    super.add(frame);
  }

  /** Gives back all references that the tick still owns, and keeps the first misuse in `fault`. */
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
