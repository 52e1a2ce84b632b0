/**
 * Reads items in the binary framing. Whatever the bytes are, the result is an item or an error; every length is checked
 * against the available bytes before it is used. The item copies its part of the bytes.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { MAX_CHANNELS } from "../frames/audio_frame.ts";
import { COLUMN_CLASSES, type ColumnOf, type PacketNumber } from "../frames/packet_frame.ts";
import { type PixelAspect, readAspect } from "../frames/pixel_aspect.ts";
import { planesOf } from "../frames/video_frame.ts";
import { readValue } from "../values/value_reader.ts";
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
  readNumber,
  VERSION_AT,
} from "./binary_layout.ts";
import { checkData, MAX_FIELDS, MAX_METADATA, refuse } from "./payload_check.ts";
import { TransportData, type TransportPayload } from "./transport_data.ts";

const ATTEMPT = "Cannot read an item";
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads an item. @throws {SluiceError} `InvalidMessage` */
export function readItem(bytes: Uint8Array, maxValueBytes: number): TransportData {
  const data = new ItemReader(bytes, maxValueBytes).item();
  checkData(data, ATTEMPT);
  return data;
}

class ItemReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #maxValueBytes: number;
  #flags = 0;
  /** The offset of the next unread byte. */
  #at = HEAD_BYTES;
  #port: string | undefined;

  constructor(bytes: Uint8Array, maxValueBytes: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxValueBytes = maxValueBytes;
  }

  item(): TransportData {
    const view = this.#view;
    const { length } = this.#bytes;
    if (length < HEAD_BYTES) this.#refuse(`it has ${length} bytes, wanted at least the ${HEAD_BYTES} of a head`);
    if (this.#number("magic") !== MAGIC) this.#refuse('it does not start with "SLTD"');
    const version = view.getUint8(VERSION_AT);
    if (version !== FRAMING_VERSION) this.#refuse(`its version is ${version}, wanted ${FRAMING_VERSION}`);
    const total = this.#number("totalBytes");
    if (total !== length) this.#refuse(`it says that it has ${total} bytes, and has ${length}`);
    this.#flags = this.#number("flags");
    const labels = this.#labels();
    const payloadAt = this.#number("payloadAt");
    if (payloadAt !== pad8(this.#at)) {
      this.#refuse(`its payload starts at byte ${payloadAt}, wanted ${pad8(this.#at)}, behind its labels`);
    }
    this.#at = Math.min(payloadAt, length);
    const payload = this.#payload(KINDS[view.getUint8(KIND_AT) - 1]);
    if (this.#at !== length) this.#refuse(`${length - this.#at} bytes follow its payload`);
    return new TransportData(payload, labels);
  }

  #labels(): { port?: string; sequence?: number; metadata: { readonly [name: string]: string } } {
    const port = this.#text(this.#number("portBytes"), "its port");
    if (this.#has("hasPort")) this.#port = port;
    else if (port !== "") this.#refuse("it has a port, and says that it has none");
    const count = this.#number("metadata");
    if (count > MAX_METADATA) this.#refuse(`it has ${count} entries of metadata, at most ${MAX_METADATA}`);
    const entries: [string, string][] = [];
    for (let k = 0; k < count; k++) {
      const at = this.#take(4);
      const [name, value] = [this.#view.getUint16(at, true), this.#view.getUint16(at + 2, true)];
      entries.push([this.#text(name, "a name of metadata"), this.#text(value, "metadata")]);
    }
    return {
      ...(this.#port !== undefined && { port: this.#port }),
      ...(this.#has("hasSequence") && { sequence: this.#number("sequence") }),
      metadata: Object.fromEntries(entries),
    };
  }

  #payload(kind: (typeof KINDS)[number] | undefined): TransportPayload {
    const times = {
      ...(this.#has("hasPts") && { ptsNs: this.#number("ptsNs") }),
      ...(this.#has("hasDuration") && { durationNs: this.#number("durationNs") }),
      ...(this.#has("discontinuity") && { discontinuity: true }),
    };
    switch (kind) {
      case "audio": {
        const samples = this.#number("count");
        const count = this.#number("channels");
        if (count > MAX_CHANNELS) this.#refuse(`it has ${count} channels, wanted 1 to ${MAX_CHANNELS}`);
        const channels = Array.from({ length: count }, () => new Float32Array(this.#copy(4 * samples)));
        return { kind, ...times, sampleRateHz: this.#number("sampleRateHz"), channels };
      }
      case "video": {
        const pixelFormat = this.#named(PIXEL_FORMATS, "pixel format");
        const [width, height, frameRate] = [this.#number("width"), this.#number("height"), this.#number("frameRate")];
        const planes = planesOf(pixelFormat, width, height).map(({ rowBytes, rows }) =>
          new Uint8Array(this.#copy(rowBytes * rows))
        );
        const rate = frameRate !== 0 && { frameRate };
        return { kind, ...times, pixelFormat, width, height, ...rate, ...this.#aspect(), planes };
      }
      case "encoded": {
        const codec = this.#named(CODECS, "codec");
        const gain = this.#number("gain");
        const measures: { [key: string]: number } = {};
        for (const key of ["width", "height", "channels", "sampleRateHz"] as const) {
          const value = this.#number(key);
          if (value !== 0) measures[key] = value;
        }
        return {
          kind,
          ...times,
          ...(this.#has("hasDts") && { dtsNs: this.#number("dtsNs") }),
          ...(this.#has("hasKeyframe") && { keyframe: this.#has("keyframe") }),
          ...(this.#has("decodeOnly") && { decodeOnly: true }),
          codec,
          ...measures,
          ...(gain !== 0 && { gainDb: gain / 256 }),
          ...this.#aspect(),
          bytes: this.#rest(),
        };
      }
      case "packet":
        return { kind, ...times, columns: this.#columns() };
      case "data":
        return { kind, ...times, value: this.#value() };
      case "text":
        return { kind, ...times, text: this.#text(this.#left, "its text") };
      case "bytes":
        return { kind, ...times, bytes: this.#rest() };
      case "end":
        return { kind };
      default:
        return this.#refuse(`its kind is ${this.#view.getUint8(KIND_AT)}, wanted 1 to ${KINDS.length}`);
    }
  }

  #columns(): { [field: string]: ColumnOf<PacketNumber> } {
    const start = this.#at;
    const count = this.#number("format");
    if (count > MAX_FIELDS) this.#refuse(`it has ${count} fields, at most ${MAX_FIELDS}`);
    const records = this.#number("count");
    const fields: [string, PacketNumber][] = [];
    for (let k = 0; k < count; k++) {
      const at = this.#take(2);
      const type = COLUMN_TYPES[this.#view.getUint8(at) - 1];
      if (type === undefined) this.#refuse(`no column has type ${this.#view.getUint8(at)}`);
      fields.push([this.#text(this.#view.getUint8(at + 1), "a field"), type]);
    }
    const columns: [string, ColumnOf<PacketNumber>][] = [];
    for (const [name, type] of fields) {
      // Columns start at multiples of 8 in the payload.
      this.#take(pad8(this.#at - start) - (this.#at - start));
      const made = COLUMN_CLASSES[type];
      columns.push([name, new made(this.#copy(made.BYTES_PER_ELEMENT * records))]);
    }
    return Object.fromEntries(columns);
  }

  #value(): unknown {
    const length = this.#left;
    if (length > this.#maxValueBytes) {
      throw new SluiceError(
        "LimitExceeded",
        `${ATTEMPT}: its value has ${length} bytes, at most ${this.#maxValueBytes} are allowed`,
      );
    }
    const at = this.#take(length);
    try {
      return readValue({ u8: this.#bytes, view: this.#view }, at, length);
    } catch (error) {
      return this.#refuse((error as Error).message, error);
    }
  }

  #named<T>(names: readonly T[], what: string): T {
    const code = this.#number("format");
    return names[code - 1] ?? this.#refuse(`no ${what} has number ${code}`);
  }

  #text(length: number, what: string): string {
    const at = this.#take(length);
    try {
      return decoder.decode(this.#bytes.subarray(at, at + length));
    } catch (error) {
      return this.#refuse(`${what} is no UTF-8`, error);
    }
  }

  get #left(): number {
    return this.#bytes.length - this.#at;
  }

  #rest(): Uint8Array {
    return new Uint8Array(this.#copy(this.#left));
  }

  #copy(length: number): ArrayBuffer {
    const at = this.#take(length);
    return this.#bytes.slice(at, at + length).buffer as ArrayBuffer;
  }

  /** Skips a number of bytes. @returns the offset of their start */
  #take(length: number): number {
    const at = this.#at;
    if (length > this.#left) this.#refuse(`${length} bytes were to stand at byte ${at}, and ${this.#left} are left`);
    this.#at += length;
    return at;
  }

  #has(bit: keyof typeof BIT): boolean {
    return (this.#flags & BIT[bit]) !== 0;
  }

  #number(name: HeadNumber): number {
    return readNumber(this.#view, name);
  }

  #aspect(): { pixelAspect?: PixelAspect } {
    const pixelAspect = readAspect(this.#number("pixelAspect"));
    return pixelAspect === undefined ? {} : { pixelAspect };
  }

  #refuse(fault: string, cause?: unknown): never {
    return refuse(ATTEMPT, fault, this.#port, cause);
  }
}
