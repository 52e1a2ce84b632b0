/**
 * Records whether anybody awaits the failures of a runtime's runs.
 *
 * @module
 */
import { describeThrown } from "../errors/thrown.ts";
import { failureNumber } from "../events/run_events.ts";
import { logger } from "../log.ts";

/** The failed or aborted runs, and whether anybody awaited their ends. */
export class RunFailures {
  /** True if somebody awaits or awaited the end of the newest run. */
  awaited = false;
  #failed = false;
  /** True if an earlier run has failed and nobody awaited its end. */
  #unheard = false;

  /** True if any run has failed and nobody awaited its end. */
  get areUnheard(): boolean {
    return this.#unheard || (this.#failed && !this.awaited);
  }

  /** Makes another run the newest one. */
  begin(): void {
    this.#unheard = this.areUnheard;
    this.#failed = this.awaited = false;
  }

  /** Records the failure of a run: logs it if nobody awaits the end of a run. */
  take(error: unknown, isNewest: boolean): void {
    if (isNewest) this.#failed = true;
    if (this.awaited) return;
    const { message } = describeThrown(error);
    logger("runtime").error(message, error instanceof Error ? { failure: failureNumber(error) } : {});
  }
}
