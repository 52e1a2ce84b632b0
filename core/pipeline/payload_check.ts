/**
 * Checks items from outside, so that a graph only sees numbers in range, lists of the right lengths, and real arrays.
 *
 * @module
 */
import { describeName, describeValue } from "../errors/describe_value.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { listNames, SluiceError } from "../errors.ts";
import { MAX_CHANNELS } from "../frames/audio_frame.ts";
import { assertEncodedShape } from "../frames/encoded_frame.ts";
import { assertVideoShape, planesOf } from "../frames/video_frame.ts";
import { COLUMN_CLASSES, columnType } from "../frames/packet_frame.ts";
import { KINDS } from "./binary_layout.ts";
import type {
  TransportAudio,
  TransportData,
  TransportEncoded,
  TransportPacket,
  TransportPayload,
  TransportVideo,
} from "./transport_data.ts";

/** Longest name of a port, a field or of metadata, bytes of UTF-8. */
export const MAX_NAME_BYTES = 255;

/** Most entries of metadata. */
export const MAX_METADATA = 64;

/** Longest value of metadata, bytes of UTF-8. */
export const MAX_METADATA_BYTES = 4096;

/** Most fields of a batch. */
export const MAX_FIELDS = 256;

const TIMES = ["ptsNs", "durationNs", "dtsNs"] as const;
const FLAGS = ["discontinuity", "keyframe", "decodeOnly"] as const;
const encoder = new TextEncoder();

/** The fault of an item, for the end of `Cannot … an item: `. */
type Fault = string | undefined;

/**
 * Checks an item.
 *
 * @param attempt the start of the message: `Cannot send an item`
 * @throws {SluiceError} `InvalidMessage`
 */
export function checkData(data: TransportData, attempt: string): void {
  const fault = labelFault(data) ?? payloadFault(data.payload);
  if (fault !== undefined) refuse(attempt, fault, data.port);
}

/** @throws {SluiceError} `InvalidMessage` */
export function refuse(attempt: string, fault: string, port?: string, cause?: unknown): never {
  throw new SluiceError("InvalidMessage", `${attempt}: ${fault}`, { ...(port !== undefined && { port }), cause });
}

/** Returns the bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

function labelFault({ port, sequence, metadata }: TransportData): Fault {
  if (port !== undefined) {
    const fault = nameFault(port, "its port");
    if (fault !== undefined) return fault;
  }
  if (sequence !== undefined && !(Number.isSafeInteger(sequence) && sequence >= 0)) {
    return `"sequence" is ${describeValue(sequence)}, wanted a whole number from 0`;
  }
  if (!isPlainObject(metadata)) return `"metadata" is ${kindOf(metadata)}, wanted an object`;
  const entries = Object.entries(metadata);
  if (entries.length > MAX_METADATA) return `it has ${entries.length} entries of metadata, at most ${MAX_METADATA}`;
  for (const [name, value] of entries) {
    const fault = nameFault(name, "a name of metadata");
    if (fault !== undefined) return fault;
    if (typeof value !== "string" || utf8Length(value) > MAX_METADATA_BYTES) {
      return `metadata ${describeName(name)} is ${
        describeValue(value)
      }, wanted at most ${MAX_METADATA_BYTES} bytes of text`;
    }
  }
  return undefined;
}

function nameFault(name: unknown, what: string): Fault {
  if (typeof name === "string" && name !== "" && utf8Length(name) <= MAX_NAME_BYTES) return undefined;
  return `${what} is ${describeName(name)}, wanted 1 to ${MAX_NAME_BYTES} bytes of text`;
}

function payloadFault(payload: TransportPayload): Fault {
  if (typeof payload !== "object" || payload === null) return `its payload is ${kindOf(payload)}, wanted an object`;
  const fields = payload as unknown as { readonly [key: string]: unknown };
  for (const key of TIMES) {
    if (fields[key] === undefined || Number.isFinite(fields[key])) continue;
    return `"${key}" is ${describeValue(fields[key])}, wanted nanoseconds`;
  }
  for (const key of FLAGS) {
    if (fields[key] === undefined || typeof fields[key] === "boolean") continue;
    return `"${key}" is ${describeValue(fields[key])}, wanted true or false`;
  }
  switch (payload.kind) {
    case "audio":
      return audioFault(payload);
    case "video":
      return shapeFault(() => assertVideoShape(payload)) ?? planesFault(payload);
    case "encoded":
      return shapeFault(() => assertEncodedShape(payload)) ?? bytesFault(payload);
    case "packet":
      return packetFault(payload);
    case "bytes":
      return bytesFault(payload);
    case "text":
      return typeof payload.text === "string" ? undefined : `"text" is ${kindOf(payload.text)}, wanted a string`;
    case "data":
      return "value" in payload ? undefined : `it has no "value"`;
    case "end":
      return undefined;
    default:
      return `its kind is ${describeValue(fields.kind)}, wanted one of ${listNames(KINDS)}`;
  }
}

function audioFault({ sampleRateHz, channels }: TransportAudio): Fault {
  if (!(Number.isInteger(sampleRateHz) && sampleRateHz >= 1 && sampleRateHz <= 0xffffffff)) {
    return `"sampleRateHz" is ${describeValue(sampleRateHz)}, wanted a whole number of hertz`;
  }
  if (!Array.isArray(channels) || channels.length < 1 || channels.length > MAX_CHANNELS) {
    return `it has ${channels?.length ?? "no"} channels, wanted 1 to ${MAX_CHANNELS}`;
  }
  const strange = channels.findIndex((each) => !(each instanceof Float32Array));
  if (strange >= 0) return `channel ${strange} is ${kindOf(channels[strange])}, wanted a Float32Array`;
  const other = channels.find(({ length }) => length !== channels[0].length);
  if (other === undefined) return undefined;
  return `its channels have ${channels[0].length} and ${other.length} samples, wanted as many in each`;
}

function planesFault({ pixelFormat, width, height, planes }: TransportVideo): Fault {
  const layout = planesOf(pixelFormat, width, height);
  if (!Array.isArray(planes) || planes.length !== layout.length) {
    return `it has ${planes?.length ?? "no"} planes, wanted ${layout.length} for ${pixelFormat}`;
  }
  for (const [at, { rowBytes, rows }] of layout.entries()) {
    const plane = planes[at];
    if (plane instanceof Uint8Array && plane.length === rowBytes * rows) continue;
    const found = plane instanceof Uint8Array ? `${plane.length} bytes` : kindOf(plane);
    return `plane ${at} is ${found}, wanted ${rowBytes * rows} bytes: ${rows} rows of ${rowBytes}`;
  }
  return undefined;
}

function packetFault({ columns }: TransportPacket): Fault {
  if (!isPlainObject(columns)) return `"columns" is ${kindOf(columns)}, wanted the numbers of each field, by name`;
  const names = Object.keys(columns);
  if (names.length === 0 || names.length > MAX_FIELDS) {
    return `it has ${names.length} fields, wanted 1 to ${MAX_FIELDS}`;
  }
  const { length } = columns[names[0]];
  for (const name of names) {
    const fault = nameFault(name, "a field");
    if (fault !== undefined) return fault;
    const column = columns[name];
    if (columnType(column) === undefined) {
      return `field ${describeName(name)} is ${kindOf(column)}, wanted ${
        listNames(Object.keys(COLUMN_CLASSES))
      } numbers`;
    }
    if (column.length !== length) {
      return `its fields have ${length} and ${column.length} records, wanted as many in each`;
    }
  }
  return undefined;
}

function bytesFault({ bytes }: Pick<TransportEncoded, "bytes">): Fault {
  return bytes instanceof Uint8Array ? undefined : `"bytes" is ${kindOf(bytes)}, wanted a Uint8Array`;
}

/** Returns the error of a throwing check, as a fault. */
function shapeFault(check: () => void): Fault {
  try {
    check();
  } catch (error) {
    return (error as Error).message.replace(/^Cannot acquire [^:]*?: /, "").replace(
      /^Cannot acquire an? /,
      "it is an ",
    );
  }
  return undefined;
}
