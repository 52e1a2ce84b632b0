/**
 * JSON for items, for users who read and write it by hand, with curl or in a browser. Bytes and samples are base64 of
 * the bytes in the binary framing; the reader also accepts lists of numbers. Values are plain JSON; arrays of numbers
 * become lists.
 *
 * @module
 */
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { listNames, SluiceError } from "../errors.ts";
import { kindOf as kindOfValue } from "../values/value_kind.ts";
import { COLUMN_CLASSES, type ColumnOf, columnType, type PacketNumber } from "../frames/packet_frame.ts";
import { assertSize, formatLimits, type TransportFormatOptions } from "./binary_format.ts";
import { checkData, refuse } from "./payload_check.ts";
import { TransportData, type TransportFormat, type TransportPayload } from "./transport_data.ts";

const READ = "Cannot read an item";
const WRITE = "Cannot write an item";
const LABELS = ["port", "sequence", "metadata"];
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

type Json = { readonly [key: string]: unknown };

/**
 * Makes the JSON format.
 *
 * @throws {SluiceError} `InvalidConfig` for invalid limits
 *
 * @example
 * ```ts
 * import { jsonFormat, TransportData } from "@sluice/sluice/pipelines";
 *
 * const bytes = jsonFormat().serialize(new TransportData({ kind: "text", text: "hello" }, { port: "words" }));
 * console.log(new TextDecoder().decode(bytes)); // {"port":"words","kind":"text","text":"hello"}
 * ```
 */
export function jsonFormat(options: TransportFormatOptions = {}): TransportFormat {
  const { maxBytes, maxValueBytes } = formatLimits("Cannot make a JSON format", options);
  return {
    contentType: "application/json",
    serialize: (data: TransportData) => {
      checkData(data, WRITE);
      const bytes = encoder.encode(JSON.stringify(toJson(data, maxValueBytes)));
      assertSize(bytes.length, maxBytes, WRITE);
      return bytes;
    },
    deserialize: (bytes: Uint8Array) => {
      assertSize(bytes.length, maxBytes, READ);
      const data = fromJson(parse(bytes));
      checkData(data, READ);
      return data;
    },
  };
}

function toJson(data: TransportData, maxValueBytes: number): Json {
  const { port, sequence, metadata, payload } = data;
  const labels = {
    ...(port !== undefined && { port }),
    ...(sequence !== undefined && { sequence }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
  switch (payload.kind) {
    case "audio":
      return { ...labels, ...payload, channels: payload.channels.map(toBase64) };
    case "video":
      return { ...labels, ...payload, planes: payload.planes.map(toBase64) };
    case "encoded":
    case "bytes":
      return { ...labels, ...payload, bytes: toBase64(payload.bytes) };
    case "packet": {
      const columns = Object.entries(payload.columns).map(([name, column]) =>
        [name, { type: columnType(column), values: toBase64(column) }] as const
      );
      return { ...labels, ...payload, columns: Object.fromEntries(columns) };
    }
    case "data":
      return { ...labels, ...payload, value: plainValue(payload.value, maxValueBytes, port) };
    default:
      return { ...labels, ...payload };
  }
}

/** Returns the JSON form of a value. */
function plainValue(value: unknown, maxBytes: number, port: string | undefined): unknown {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_, part: unknown) => {
      if (typeof part !== "object" || part === null) return part;
      const kind = kindOfValue(part);
      if (kind === "plain" || kind === "array") return part;
      if (kind === "view") return [...part as Iterable<number>];
      return refuse(WRITE, `JSON has nothing for ${kindOf(part)} in its value; use the binary format`, port);
    });
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    return refuse(WRITE, `its value has no JSON: ${(error as Error).message}`, port, error);
  }
  if (text === undefined) return refuse(WRITE, `its value is ${kindOf(value)}, which JSON does not have`, port);
  assertSize(text.length, maxBytes, WRITE);
  return JSON.parse(text);
}

function parse(bytes: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    refuse(READ, `it is no JSON: ${(error as Error).message}`, undefined, error);
  }
  return isPlainObject(value) ? value : refuse(READ, `it is ${kindOf(value)}, wanted an object`);
}

function fromJson(json: Json): TransportData {
  const { port, sequence, metadata = {}, ...payload } = json;
  const kind = json.kind as TransportPayload["kind"];
  const keys = Object.hasOwn(KEYS, kind) ? KEYS[kind] : undefined;
  const strange = keys && Object.keys(payload).find((key) => !keys.includes(key));
  if (strange !== undefined) {
    refuse(READ, `an item of kind "${kind}" has no "${strange}"; it has ${listNames([...LABELS, ...keys!])}`);
  }
  if (!isPlainObject(metadata)) refuse(READ, `"metadata" is ${kindOf(metadata)}, wanted an object`);
  const read = { ...payload, ...bulk(kind, json) } as unknown as TransportPayload;
  return new TransportData(read, { port, sequence, metadata } as { port?: string });
}

/** Returns the arrays of a payload. */
function bulk(kind: TransportPayload["kind"], json: Json): Json {
  switch (kind) {
    case "audio":
      return { channels: listOf(json, "channels").map((each) => fromBase64(each, "f32", "a channel")) };
    case "video":
      return { planes: listOf(json, "planes").map((each) => fromBase64(each, "u8", "a plane")) };
    case "encoded":
    case "bytes":
      return { bytes: fromBase64(json.bytes, "u8", '"bytes"') };
    case "packet": {
      const { columns } = json;
      if (!isPlainObject(columns)) return refuse(READ, `"columns" is ${kindOf(columns)}, wanted an object`);
      const read = Object.entries(columns).map(([name, column]) => {
        const { type, values } = Object(column) as { type?: PacketNumber; values?: unknown };
        if (type === undefined || !Object.hasOwn(COLUMN_CLASSES, type)) {
          refuse(READ, `field "${name}" has no "type" of ${listNames(Object.keys(COLUMN_CLASSES))}`);
        }
        return [name, fromBase64(values, type, `field "${name}"`)] as const;
      });
      return { columns: Object.fromEntries(read) };
    }
    default:
      return {};
  }
}

/** The keys of each kind beside its labels. */
const KEYS: { readonly [K in TransportPayload["kind"]]: readonly string[] } = {
  audio: keys("sampleRateHz channels"),
  video: keys("pixelFormat width height frameRate pixelAspect planes"),
  encoded: keys("codec width height channels sampleRateHz gainDb pixelAspect bytes keyframe decodeOnly dtsNs"),
  packet: keys("columns"),
  data: keys("value"),
  text: keys("text"),
  bytes: keys("bytes"),
  end: ["kind"],
};

/** Returns the keys that all kinds but the end have, and those of one kind. */
function keys(own: string): readonly string[] {
  return ["kind", "ptsNs", "durationNs", "discontinuity", ...own.split(" ")];
}

function listOf(json: Json, key: string): readonly unknown[] {
  const list = json[key];
  return Array.isArray(list) ? list : refuse(READ, `"${key}" is ${kindOf(list)}, wanted a list`);
}

function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  // Node 22 and older browsers have only the functions for texts.
  return bytes.toBase64?.() ?? btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Reads numbers from base64 or a list. */
function fromBase64(text: unknown, type: PacketNumber, what: string): ColumnOf<PacketNumber> {
  const made = COLUMN_CLASSES[type];
  if (Array.isArray(text)) {
    if (text.every((each) => typeof each === "number")) return made.from(text);
    return refuse(READ, `${what} is a list of other things than numbers`);
  }
  if (typeof text !== "string") return refuse(READ, `${what} is ${kindOf(text)}, wanted base64 or a list of numbers`);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = bytesOfBase64(text);
  } catch (error) {
    return refuse(READ, `${what} is no base64`, undefined, error);
  }
  const size = made.BYTES_PER_ELEMENT;
  if (bytes.length % size !== 0) return refuse(READ, `${what} has ${bytes.length} bytes, wanted a multiple of ${size}`);
  return new made(bytes.buffer);
}
