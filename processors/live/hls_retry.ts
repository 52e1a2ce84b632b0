/**
 * What a source of a live stream does about faults of the other side: it tells them once, and tries again with growing
 * pauses. Offline, the first one ends the graph.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { pause } from "../network/retried.ts";
import { FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS } from "./pauses.ts";

/** Tries again. */
export class Retry {
  readonly #context: Pick<ProcessorContext, "mode" | "log">;
  readonly #signal: AbortSignal;
  #told = "";
  #faults = 0;
  /** How often something was tried again. */
  retries = 0;

  constructor(context: Pick<ProcessorContext, "mode" | "log">, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
  }

  /**
   * Tries until it succeeds.
   *
   * @throws {SluiceError} the first fault, where the graph is offline; the reason of the signal
   */
  async until<T>(attempt: () => Promise<T>): Promise<T> {
    for (let isFirst = true;; isFirst = false) {
      try {
        const result = await attempt();
        if (!isFirst) this.recover();
        return result;
      } catch (error) {
        this.tell(error, "it is tried again");
        await this.rest();
      }
    }
  }

  /**
   * Tells a fault, unless the same one was told last, of whatever file.
   *
   * @param then what comes of it, as the message says it
   * @throws {unknown} what is no fault of the other side, and any fault where the graph is offline
   */
  tell(error: unknown, then: string): void {
    this.#signal.throwIfAborted();
    if (!(error instanceof SluiceError) || this.#context.mode === "offline") throw error;
    this.#faults++;
    const { log } = this.#context;
    const reason = error.message.replace(/"[^"]*"/g, "");
    const line = `${error.message}; ${then}`;
    if (reason === this.#told) log.debug(line);
    else log.warn(line);
    this.#told = reason;
  }

  /** Pauses before it is tried again: the longer, the more faults there were in a row. */
  async rest(): Promise<void> {
    this.retries++;
    await pause(Math.min(FIRST_PAUSE_SECONDS * 2 ** (this.#faults - 1), LONGEST_PAUSE_SECONDS), this.#signal);
  }

  /** Says that it works. */
  recover(): void {
    if (this.#faults > 0) this.#context.log.info("it works again");
    this.#faults = 0;
    this.#told = "";
  }
}
