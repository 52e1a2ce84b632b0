/**
 * Taps: looks into a link of the running graph, and the binary message of their readings.
 *
 * One WebSocket message a reading, little-endian:
 *
 * | offset | what                                                                          |
 * | ------ | ----------------------------------------------------------------------------- |
 * | 0      | u32 magic, `SLTP`                                                             |
 * | 4      | u32 subscription                                                              |
 * | 8      | u32 readings that this subscription missed since the one before               |
 * | 12     | u32 bytes of the head                                                         |
 * | 16     | the head: JSON in UTF-8, filled up with spaces to a multiple of 8 bytes       |
 *
 * The payload follows to the end of the message: numbers, a picture, or nothing. `docs/taps.md` describes heads and
 * payloads of each view.
 *
 * @module
 */
import { MAX_IMAGE_WIDTH, MAX_TAP_RATE, TAP_VIEWS } from "./tap_views.ts";
import { z } from "./zod.ts";

/** First four bytes. */
const TAP_MAGIC = 0x50544c53;

/** Bytes before the head. */
const HEADER_BYTES = 16;

/** The parameters of `tap.open`. */
export const TapParams = z.strictObject({
  /** The id of a link: `link3`; or this, or an output. */
  link: z.string().min(1).max(1_000).optional(),
  /** An output: `mic.audio`. */
  output: z.string().min(1).max(1_000).optional(),
  /** By default levels of audio, images of pictures, and other frames as they are. */
  what: z.enum(TAP_VIEWS).optional(),
  /** The most readings a second; by default as the view suits. Images: at most 15. */
  rate: z.number().min(0.1).max(MAX_TAP_RATE).optional(),
  /** Of images: the most pixels in a row; by default as many as they may have. */
  width: z.int().min(16).max(MAX_IMAGE_WIDTH).optional(),
});

/** The type of {@linkcode TapParams}. */
export type TapParams = z.infer<typeof TapParams>;

/** The answer to `tap.open`. */
export const TapOpened = z.object({
  subscription: z.int(),
  /** The output that is looked at. */
  output: z.string(),
  /** The kind of its frames. */
  kind: z.enum(["audio", "video", "encoded", "packet", "data"]),
  what: z.enum(TAP_VIEWS),
  rate: z.number(),
  /** The format of its frames, if known yet. */
  format: z.record(z.string(), z.unknown()).optional(),
});

/** The type of {@linkcode TapOpened}. */
export type TapOpened = z.infer<typeof TapOpened>;

/** The notification of a tap that has ended. */
export const TapEnded = z.object({ subscription: z.int(), reason: z.string() });

/** A reading as a client gets it. */
export interface TapMessage {
  readonly subscription: number;
  /** Readings that were left out before it, because the client was slow. */
  readonly missed: number;
  readonly head: { readonly [key: string]: unknown };
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Writes a reading for any subscription: {@linkcode addressTap} makes it one for a client. */
export function encodeTap(head: { readonly [key: string]: unknown }, payload?: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const headBytes = Math.ceil(text.length / 8) * 8;
  const message = new Uint8Array(HEADER_BYTES + headBytes + (payload?.length ?? 0));
  message.fill(0x20, HEADER_BYTES, HEADER_BYTES + headBytes).set(text, HEADER_BYTES);
  if (payload !== undefined) message.set(payload, HEADER_BYTES + headBytes);
  const view = new DataView(message.buffer);
  view.setUint32(0, TAP_MAGIC, true);
  view.setUint32(12, headBytes, true);
  return message;
}

/** Addresses a message to a subscription. */
export function addressTap(message: Uint8Array<ArrayBuffer>, subscription: number, missed: number): void {
  const view = new DataView(message.buffer);
  view.setUint32(4, subscription, true);
  view.setUint32(8, missed, true);
}

/** True for a message that {@linkcode readTap} reads. */
export function isTapMessage(message: ArrayBuffer): boolean {
  return message.byteLength >= HEADER_BYTES && new DataView(message).getUint32(0, true) === TAP_MAGIC;
}

/** Reads a message. @throws {RangeError | SyntaxError} for a head that is cut or no JSON */
export function readTap(message: ArrayBuffer): TapMessage {
  const view = new DataView(message);
  const headBytes = view.getUint32(12, true);
  return {
    subscription: view.getUint32(4, true),
    missed: view.getUint32(8, true),
    head: JSON.parse(new TextDecoder().decode(new Uint8Array(message, HEADER_BYTES, headBytes))),
    payload: new Uint8Array(message, HEADER_BYTES + headBytes),
  };
}
