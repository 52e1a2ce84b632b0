/**
 * What a node does about faults of the other side: it tells each once, and tries again after pauses that grow.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { NodeLog } from "../../core/processor.ts";

/** The longest pause between two tries, seconds, where nothing else is said. */
const LONGEST_PAUSE_SECONDS = 30;

/** How it is tried again. */
export interface RetryOptions {
  /** How often in a row; `Infinity`: without end. */
  readonly retries: number;
  /** The pause before the first further try; it doubles with each, and begins anew once something came. */
  readonly retrySeconds: number;
  /** The longest pause; by default 30. */
  readonly longestSeconds?: number;
  /** Ends everything. */
  readonly signal: AbortSignal;
  readonly log: NodeLog;
  /** Waits; by default {@linkcode pause}. */
  readonly pause?: typeof pause;
}

/** Faults in a row. */
export class Retry {
  readonly #options: RetryOptions;
  #told = "";
  /** How many faults there were since it worked. */
  #faults = 0;
  /** How often something was tried again. */
  retries = 0;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Whether it was tried often enough. */
  get isSpent(): boolean {
    return this.#faults >= this.#options.retries;
  }

  /**
   * Tries until it succeeds.
   *
   * @throws {SluiceError} the last fault, once it was tried often enough; the reason of the signal
   */
  async until<T>(attempt: () => Promise<T>): Promise<T> {
    for (let isFirst = true;; isFirst = false) {
      try {
        const result = await attempt();
        if (!isFirst) this.recover("it works again");
        return result;
      } catch (error) {
        this.take(error);
        await this.rest();
      }
    }
  }

  /**
   * Tells what was thrown, unless the same was told last, of whatever file.
   *
   * @param then what comes of it, as the message says it; by default that it is tried again
   * @throws {unknown} what is no fault of the other side, and any fault once it was tried often enough
   */
  take(error: unknown, then?: string): void {
    this.#options.signal.throwIfAborted();
    if (!(error instanceof SluiceError) || this.isSpent) throw error;
    this.tell(error.message, then);
  }

  /** Tells a fault, unless the same was told last. */
  tell(fault: string, then = `it is tried again in ${this.#seconds(this.#faults)} s`): void {
    const { log } = this.#options;
    const reason = fault.replace(/"[^"]*"/g, "");
    if (reason === this.#told) log.debug(`${fault}; ${then}`);
    else log.warn(`${fault}; ${then}`);
    this.#told = reason;
    this.#faults++;
  }

  /** Pauses before it is tried again: the longer, the more faults there were in a row. */
  async rest(): Promise<void> {
    this.retries++;
    await (this.#options.pause ?? pause)(this.#seconds(this.#faults - 1), this.#options.signal);
  }

  /** Says that it works. */
  recover(what: string): void {
    if (this.#faults > 0) this.#options.log.info(what);
    this.#faults = 0;
    this.#told = "";
  }

  #seconds(faults: number): number {
    const { retrySeconds, longestSeconds = LONGEST_PAUSE_SECONDS } = this.#options;
    return Math.min(retrySeconds * 2 ** faults, longestSeconds);
  }
}

/**
 * Waits.
 *
 * @throws the reason of the signal, as soon as it aborts
 */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(resolve, seconds * 1000);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
