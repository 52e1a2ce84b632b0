/**
 * What server and clients say to each other beside the items themselves: bodies of several messages, and the messages of
 * `/v1/stream`. Web APIs alone, so that browsers load it too.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { isPlainObject } from "../../core/errors/kind_of.ts";
import type { PipelineGraph, SessionPorts } from "../../core/pipeline/transport.ts";
import type { WireError } from "../wire_error.ts";

/** Subprotocol of `/v1/stream`. */
export const STREAM_PROTOCOL = "sluice.pipeline.v1";

/** Media type of a body that has several messages, of which items are in the binary format. */
export const FRAMES_TYPE = "application/vnd.sluice.items";

/** Bytes before each message of such a body: its length, a u32, little-endian. */
const LENGTH_BYTES = 4;

/** How much of one direction of a stream may be on its way and not yet acknowledged. */
export interface StreamWindow {
  /** Items. */
  readonly items: number;
  /** Bytes; the item that passes the limit is still allowed. */
  readonly bytes: number;
}

/** What a client says on `/v1/stream` in text. */
export type ClientMessage =
  | { readonly type: "graph"; readonly graph: PipelineGraph; readonly window?: StreamWindow; readonly beatMs?: number }
  | { readonly type: "taken"; readonly items: number };

/** What the server says on `/v1/stream` in text. */
export type ServerMessage =
  | {
    readonly type: "ready";
    readonly sessionId: string;
    readonly window: StreamWindow;
    readonly ports?: SessionPorts;
    readonly beatMs?: number;
  }
  | { readonly type: "beat" }
  | { readonly type: "taken"; readonly items: number }
  | { readonly type: "refused"; readonly error: WireError }
  | { readonly type: "failed"; readonly error: WireError }
  | { readonly type: "end" };

/** Puts messages into one body. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(frames.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0));
  const view = new DataView(body.buffer);
  let at = 0;
  for (const frame of frames) {
    view.setUint32(at, frame.length, true);
    body.set(frame, at + LENGTH_BYTES);
    at += LENGTH_BYTES + frame.length;
  }
  return body;
}

/**
 * Takes a body apart.
 *
 * @returns views of the body
 * @throws {SluiceError} `InvalidMessage` if the last message is cut short
 */
export function splitFrames(body: Uint8Array): Uint8Array[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const left = body.length - at - LENGTH_BYTES;
    const length = left < 0 ? 0 : view.getUint32(at, true);
    if (left < 0 || length > left) {
      const wanted = left < 0 ? "4 bytes of length" : `${length} bytes`;
      throw new SluiceError(
        "InvalidMessage",
        `Cannot read the body: message ${frames.length + 1} is cut short at byte ${body.length}, wanted ${wanted}`,
      );
    }
    frames.push(body.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length));
    at += LENGTH_BYTES + length;
  }
  return frames;
}

/** Reads JSON of an object. @throws {SluiceError} `InvalidMessage` for anything else */
export function parseObject(what: string, text: string): { readonly [key: string]: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SluiceError("InvalidMessage", `Cannot read ${what}: it is not JSON`, { cause: error });
  }
  if (!isPlainObject(value)) throw new SluiceError("InvalidMessage", `Cannot read ${what}: it is no JSON object`);
  return value;
}

/** Whether a value is a window. */
export function isWindow(value: unknown): value is StreamWindow {
  return isPlainObject(value) && isPositive(value.items) && isPositive(value.bytes);
}

/** Whether a value is a whole number above 0. */
export function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
