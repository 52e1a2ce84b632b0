/**
 * How live nodes connect again.
 *
 * @module
 */

import type { ProcessorContext } from "../../core/processor.ts";
import type { RetryOptions } from "../network/retry.ts";

/** The pause before the first further try, and the longest, which it doubles up to; seconds. */
const [FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS] = [0.25, 5];
/** After how long a peer that does not answer, or a stream of which nothing comes, counts as gone; milliseconds. */
export const SILENCE_MS = 4000;

/** How a node tries again: without end in a live graph, and not at all in another one. */
export function retriesOf({ mode, log }: Pick<ProcessorContext, "mode" | "log">, signal: AbortSignal): RetryOptions {
  const retries = mode === "live" ? Infinity : 0;
  return { retries, retrySeconds: FIRST_PAUSE_SECONDS, longestSeconds: LONGEST_PAUSE_SECONDS, signal, log };
}
