/**
 * Whether somebody hears of the failures of a runtime's runs.
 *
 * @module
 */
import { describeThrown } from "../errors/thrown.ts";
import { failureNumber } from "../events/failure_number.ts";
import { logger } from "../log.ts";

/** Which runs have failed, or were broken off, and whether somebody waited for their ends. */
export class RunFailures {
  /** Whether somebody waits for the end of the newest run, or has. */
  awaited = false;
  #failed = false;
  /** An earlier run has failed for whose end nobody waited. */
  #unheard = false;

  /** Whether a run has failed for whose end nobody has waited. */
  get areUnheard(): boolean {
    return this.#unheard || (this.#failed && !this.awaited);
  }

  /** Another run is the newest one. */
  begin(): void {
    this.#unheard = this.areUnheard;
    this.#failed = this.awaited = false;
  }

  /** A run has failed: the log tells it, where nobody waits for the end of a run. */
  take(error: unknown, isNewest: boolean): void {
    if (isNewest) this.#failed = true;
    if (this.awaited) return;
    const { message } = describeThrown(error);
    logger("runtime").error(message, error instanceof Error ? { failure: failureNumber(error) } : {});
  }
}
