/**
 * Writes items in the binary framing.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { packAspect } from "../frames/pixel_aspect.ts";
import { writeValue } from "../values/value_writer.ts";
import {
  BIT,
  CODECS,
  COLUMN_TYPES,
  FRAMING_VERSION,
  HEAD_BYTES,
  type HeadNumber,
  KIND_AT,
  KINDS,
  MAGIC,
  pad8,
  PIXEL_FORMATS,
  VERSION_AT,
  writeNumbers,
} from "./binary_layout.ts";
import { columnType } from "../frames/packet_frame.ts";
import { refuse } from "./payload_check.ts";
import type { TransportData, TransportEncoded, TransportPayload } from "./transport_data.ts";

/** The smallest initial memory for the encoding of a value. */
const FIRST_VALUE_BYTES = 1024;

const encoder = new TextEncoder();

/** Numbers of the head. */
type HeadNumbers = { [name in HeadNumber]?: number };

/** A part of the payload: its offset in the payload, and its bytes. */
type Part = readonly [at: number, bytes: Uint8Array];

/**
 * Writes a checked item.
 *
 * @throws {SluiceError} `LimitExceeded`, or `InvalidMessage` for a value that does not travel
 */
export function writeItem(data: TransportData, maxBytes: number, maxValueBytes: number): Uint8Array<ArrayBuffer> {
  const { payload } = data;
  const port = encoder.encode(data.port ?? "");
  const metadata = Object.entries(data.metadata).map((entry) => entry.map((text) => encoder.encode(text)));
  const labelBytes = metadata.reduce((sum, [name, value]) => sum + 4 + name.length + value.length, port.length);
  const payloadAt = pad8(HEAD_BYTES + labelBytes);
  const { ptsNs, durationNs, dtsNs } = payload as Partial<TransportEncoded>;
  const labels = { sequence: data.sequence, portBytes: port.length, metadata: metadata.length };
  const numbers: HeadNumbers = { magic: MAGIC, flags: flagsOf(data), payloadAt, ...labels, ptsNs, durationNs, dtsNs };
  const parts = partsOf(payload, numbers, Math.min(maxValueBytes, maxBytes), data.port);
  const last = parts.at(-1);
  const totalBytes = payloadAt + (last === undefined ? 0 : last[0] + last[1].length);
  if (totalBytes > maxBytes) tooLarge(totalBytes, maxBytes, data.port);

  const bytes = new Uint8Array(totalBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(VERSION_AT, FRAMING_VERSION);
  view.setUint8(KIND_AT, KINDS.indexOf(payload.kind) + 1);
  writeNumbers(view, { ...numbers, totalBytes });
  bytes.set(port, HEAD_BYTES);
  let at = HEAD_BYTES + port.length;
  for (const [name, value] of metadata) {
    view.setUint16(at, name.length, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(name, at + 4);
    bytes.set(value, at + 4 + name.length);
    at += 4 + name.length + value.length;
  }
  for (const [start, part] of parts) bytes.set(part, payloadAt + start);
  return bytes;
}

function flagsOf({ payload, port, sequence }: TransportData): number {
  const { ptsNs, durationNs, dtsNs, discontinuity, keyframe, decodeOnly } = payload as Partial<TransportEncoded>;
  return (port === undefined ? 0 : BIT.hasPort) | (sequence === undefined ? 0 : BIT.hasSequence) |
    (ptsNs === undefined ? 0 : BIT.hasPts) | (durationNs === undefined ? 0 : BIT.hasDuration) |
    (dtsNs === undefined ? 0 : BIT.hasDts) | (discontinuity ? BIT.discontinuity : 0) |
    (keyframe === undefined ? 0 : BIT.hasKeyframe) | (keyframe ? BIT.keyframe : 0) | (decodeOnly ? BIT.decodeOnly : 0);
}

function partsOf(payload: TransportPayload, numbers: HeadNumbers, maxValueBytes: number, port?: string): Part[] {
  switch (payload.kind) {
    case "audio":
      numbers.sampleRateHz = payload.sampleRateHz;
      numbers.channels = payload.channels.length;
      numbers.count = payload.channels[0].length;
      return inRow(payload.channels.map(bytesOf));
    case "video":
      numbers.format = PIXEL_FORMATS.indexOf(payload.pixelFormat) + 1;
      numbers.width = payload.width;
      numbers.height = payload.height;
      numbers.frameRate = payload.frameRate;
      numbers.pixelAspect = packAspect(payload.pixelAspect);
      return inRow(payload.planes);
    case "encoded":
      numbers.format = CODECS.indexOf(payload.codec) + 1;
      for (const key of ["width", "height", "channels", "sampleRateHz"] as const) numbers[key] = payload[key];
      numbers.gain = Math.round((payload.gainDb ?? 0) * 256);
      numbers.pixelAspect = packAspect(payload.pixelAspect);
      return inRow([payload.bytes]);
    case "packet": {
      const fields = Object.entries(payload.columns);
      numbers.format = fields.length;
      numbers.count = fields[0][1].length;
      const names = fields.flatMap(([name, column]) => {
        const text = encoder.encode(name);
        return [Uint8Array.of(COLUMN_TYPES.indexOf(columnType(column)!) + 1, text.length), text];
      });
      const described = inRow(names);
      let at = pad8(names.reduce((sum, { length }) => sum + length, 0));
      const columns = fields.map(([, column]): Part => {
        const part: Part = [at, bytesOf(column)];
        at += pad8(part[1].length);
        return part;
      });
      return [...described, ...columns];
    }
    case "data":
      return inRow([encodeValue(payload.value, maxValueBytes, port)]);
    case "text":
      return inRow([encoder.encode(payload.text)]);
    case "bytes":
      return inRow([payload.bytes]);
    case "end":
      return [];
  }
}

/** Places parts without gaps between them. */
function inRow(each: readonly Uint8Array[]): Part[] {
  let at = 0;
  return each.map((bytes) => {
    at += bytes.length;
    return [at - bytes.length, bytes] as const;
  });
}

/** Returns the bytes of a value, encoded in memory that grows up to the limit. */
function encodeValue(value: unknown, maxBytes: number, port: string | undefined): Uint8Array {
  for (let room = Math.min(FIRST_VALUE_BYTES, maxBytes);; room = Math.min(16 * room, maxBytes)) {
    const u8 = new Uint8Array(room);
    let length: number;
    try {
      length = writeValue(value, { u8, view: new DataView(u8.buffer) }, 0, room);
    } catch (error) {
      return refuse("Cannot write an item", (error as Error).message, port, error);
    }
    if (length > 0) return u8.subarray(0, length);
    if (room === maxBytes) tooLarge(undefined, maxBytes, port);
  }
}

/** Returns the bytes of numbers. All machines that Deno runs on are little-endian, like the framing. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function tooLarge(bytes: number | undefined, most: number, port: string | undefined): never {
  const found = bytes === undefined ? `its value has more than ${most} bytes` : `it has ${bytes} bytes`;
  throw new SluiceError("LimitExceeded", `Cannot write an item: ${found}, at most ${most} are allowed`, {
    ...(port !== undefined && { port }),
  });
}
