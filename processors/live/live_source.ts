/**
 * What live sources do alike: connect, again and again, and hand on what comes.
 *
 * @module
 */
import type { ProcessorContext } from "../../core/processor.ts";
import { GAP, retried } from "../network/retried.ts";
import type { LiveOutputs } from "./live_outputs.ts";
import { retriesOf } from "./pauses.ts";

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
  for await (const bytes of retried(retriesOf(context, context.signal), connect)) {
    if (bytes !== GAP) await outputs.take(bytes);
  }
  context.finish();
}
