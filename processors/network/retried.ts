/**
 * Connects again and again: one stream of what comes over connections that follow each other, with growing pauses.
 *
 * @module
 */
import type { NodeLog } from "../../core/processor.ts";
import { NetworkFault } from "./network_fault.ts";

/** The longest pause between two tries, seconds, where nothing else is said. */
const LONGEST_PAUSE_SECONDS = 30;

/** Stands between what came over two connections: something may be missing there. */
export const GAP = Symbol("gap");

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
}

/**
 * What comes over connections.
 *
 * @param connect makes one, and gives what comes until it ends; it throws a `NetworkFault`. Whatever else it throws is
 * passed on
 * @returns its end is that of a connection that ended well, where it is not tried again
 * @throws {NetworkFault} the last one, once it was tried often enough, and one that lasts
 */
export async function* retried<T>(
  { retries, retrySeconds, longestSeconds = LONGEST_PAUSE_SECONDS, signal, log }: RetryOptions,
  connect: () => AsyncIterable<T>,
): AsyncGenerator<T | typeof GAP> {
  let told = "";
  for (let tries = 0;; tries++) {
    let fault: NetworkFault | undefined;
    try {
      for await (const each of connect()) {
        if (tries > 0) log.info("it is connected again");
        tries = 0;
        yield each;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NetworkFault)) throw error;
      fault = error;
    }
    signal.throwIfAborted();
    if (fault?.isLasting || tries >= retries) {
      if (fault === undefined) return;
      throw fault;
    }
    const seconds = Math.min(retrySeconds * 2 ** tries, longestSeconds);
    const what = fault?.message ?? "the other side has ended the connection";
    const said = `${what}; it is tried again in ${seconds} s`;
    if (tries === 0 || what !== told) log.warn(said);
    else log.debug(said);
    told = what;
    await pause(seconds, signal);
    yield GAP;
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
