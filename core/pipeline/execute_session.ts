/**
 * Runs one call with all its items: feeds a session and reads it to its end. Measures items for limits and figures.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { ExecuteOptions, StreamSession } from "./transport.ts";
import { TransportData } from "./transport_data.ts";

/** Approximate bytes of labels and head. */
const ITEM_BYTES = 64;

/** Approximate bytes of each part of a value, beside text and bytes. */
const PART_BYTES = 8;

/**
 * Sends all items to a session and returns all outputs. Closes the session afterwards.
 *
 * @param maxOutputBytes the most bytes of outputs
 * @throws {SluiceError} `LimitExceeded`, `Timeout` or `Busy` if the signal aborts, and the errors of the session
 */
export async function executeOn(
  session: StreamSession,
  input: Iterable<TransportData>,
  maxOutputBytes: number,
  { signal }: ExecuteOptions = {},
): Promise<TransportData[]> {
  const cut = () => void session.close();
  signal?.addEventListener("abort", cut, { once: true });
  try {
    if (signal?.aborted) throw aborted(signal);
    const [outputs] = await Promise.all([readAll(session, maxOutputBytes), sendAll(session, input)]);
    if (signal?.aborted) throw aborted(signal);
    return outputs;
  } catch (error) {
    throw signal?.aborted ? aborted(signal) : error;
  } finally {
    signal?.removeEventListener("abort", cut);
    await session.close();
  }
}

function aborted({ reason }: AbortSignal): SluiceError {
  if (reason instanceof SluiceError) return reason;
  const isLate = reason instanceof DOMException && reason.name === "TimeoutError";
  return new SluiceError(
    isLate ? "Timeout" : "Busy",
    `Cannot finish the call: ${isLate ? "its time limit has passed" : "it was aborted"}`,
    { cause: reason },
  );
}

async function readAll(session: StreamSession, maxBytes: number): Promise<TransportData[]> {
  const outputs: TransportData[] = [];
  let bytes = 0;
  for await (const data of session) {
    bytes += sizeOf(data);
    if (bytes > maxBytes) {
      throw new SluiceError(
        "LimitExceeded",
        `Cannot execute the graph: more than ${maxBytes} bytes came out; use a session, whose outputs are read one by one`,
        { key: "executeBytes" },
      );
    }
    outputs.push(data);
  }
  return outputs;
}

async function sendAll(session: StreamSession, input: Iterable<TransportData>): Promise<void> {
  try {
    for (const data of input) await session.sendInput(data);
    await session.sendInput(new TransportData({ kind: "end" }));
  } catch (error) {
    // A graph may end before it has all of its input; if it has failed, its outputs report the error.
    if (!(error instanceof SluiceError && error.code === "Busy" && error.port === undefined)) throw error;
  }
}

/** Returns the bytes of an item's payload; for values about the bytes of their encoding. */
export function sizeOf({ payload }: TransportData): number {
  switch (payload.kind) {
    case "audio":
      return ITEM_BYTES + sum(payload.channels);
    case "video":
      return ITEM_BYTES + sum(payload.planes);
    case "encoded":
    case "bytes":
      return ITEM_BYTES + payload.bytes.byteLength;
    case "packet":
      return ITEM_BYTES + sum(Object.values(payload.columns));
    case "text":
      return ITEM_BYTES + payload.text.length;
    case "data":
      return ITEM_BYTES + sizeOfValue(payload.value);
    case "end":
      return 0;
  }
}

function sum(views: readonly ArrayBufferView[]): number {
  return views.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
}

function sizeOfValue(value: unknown): number {
  let bytes = 0;
  const seen = new Set<unknown>();
  const left = [value];
  while (left.length > 0) {
    const each = left.pop();
    bytes += PART_BYTES;
    if (typeof each === "string") bytes += each.length;
    if (typeof each !== "object" || each === null || seen.has(each)) continue;
    seen.add(each);
    if (ArrayBuffer.isView(each) || each instanceof ArrayBuffer) bytes += each.byteLength;
    else if (each instanceof Map) { for (const pair of each) left.push(...pair); }
    else if (each instanceof Set) { for (const part of each) left.push(part); }
    else for (const key of Object.keys(each)) left.push(key, (each as { readonly [key: string]: unknown })[key]);
  }
  return bytes;
}
