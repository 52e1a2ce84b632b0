/**
 * What live sources do alike: connect, again and again, and hand on what comes.
 *
 * @module
 */
import type { ProcessorContext } from "../../core/processor.ts";
import { GAP, retried } from "../network/retried.ts";
import type { LiveOutputs } from "./live_outputs.ts";
import { FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS } from "./pauses.ts";

/**
 * Receives until the graph stops; in an offline graph, until the stream ends.
 *
 * @param connect makes one connection, and gives the bytes of its transport stream
 * @throws {NetworkFault} what went wrong with the connection, in an offline graph
 */
export async function receiveLive(
  context: ProcessorContext,
  outputs: LiveOutputs,
  connect: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const { signal, log, mode } = context;
  const retries = mode === "live" ? Infinity : 0;
  const options = { retries, retrySeconds: FIRST_PAUSE_SECONDS, longestSeconds: LONGEST_PAUSE_SECONDS, signal, log };
  for await (const bytes of retried(options, connect)) if (bytes !== GAP) await outputs.take(bytes);
  context.finish();
}
