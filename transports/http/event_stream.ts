/**
 * Outputs as server-sent events (HTML Standard, section 9.2). The connection pulls: while the client does not read, no
 * further item is taken out of the session.
 *
 * @module
 */
import type { LoggedEvent, LogReader } from "./output_log.ts";

/** Until a browser connects again, milliseconds. */
const RETRY_MS = 1_000;

/**
 * Writes the events of a reader.
 *
 * @param beatMs after this long without an event a comment is sent, by which a connection that has died is noticed
 */
export function eventStream(reader: LogReader, beatMs: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next: Promise<LoggedEvent | undefined> | undefined;
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`)),
    async pull(controller) {
      next ??= reader.next();
      const event = await withBeat(next, beatMs);
      if (event === "beat") return controller.enqueue(encoder.encode(":\n\n"));
      next = undefined;
      if (event === undefined) controller.close();
      else controller.enqueue(encoder.encode(format(event)));
    },
    cancel: () => reader.close(),
  }, { highWaterMark: 0 });
}

function format({ id, event, data }: LoggedEvent): string {
  // Items have no name, so that `onmessage` of an EventSource gets them.
  const name = event === "item" ? "" : `event: ${event}\n`;
  return `${id === undefined ? "" : `id: ${id}\n`}${name}data: ${data}\n\n`;
}

async function withBeat<T>(value: Promise<T>, beatMs: number): Promise<T | "beat"> {
  const beat = Promise.withResolvers<"beat">();
  const timer = setTimeout(beat.resolve, beatMs, "beat");
  try {
    return await Promise.race([value, beat.promise]);
  } finally {
    clearTimeout(timer);
  }
}
