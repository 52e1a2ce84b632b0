/**
 * Reads the header of a WAV file: RIFF/WAVE (Microsoft and IBM, "Multimedia Programming Interface and Data
 * Specifications 1.0"), `WAVEFORMATEXTENSIBLE`, and RF64 with its `ds64` chunk (EBU Tech 3306; BW64 of ITU-R BS.2088 is
 * the same here).
 *
 * The reader walks the chunks up to `data` and skips those between. It allocates nothing by a size that a file claims.
 * It relies on the sizes of the chunks and the length of the file, not on the size in the RIFF header, which many
 * writers leave wrong. It refuses a `data` chunk that claims more than the file holds, and the headers that streaming
 * writers leave behind (a size of 0xFFFFFFFF, or 0 with samples after it).
 *
 * @module
 */
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";
import {
  bytesPerSample,
  defaultLayout,
  layoutOfMask,
  WAV_MAX_CHANNELS,
  type WavFormat,
  type WavSampleFormat,
} from "./wav_format.ts";

/** Random access to the bytes of a file. */
export interface ByteReader {
  /** Length of the file in bytes. */
  readonly byteLength: number;
  /**
   * Fills `target` from byte `offset` of the file.
   *
   * @returns bytes read; fewer than asked for only at the end of the file
   */
  readAt(offset: number, target: Uint8Array<ArrayBuffer>): number;
}

/** The content of a header. */
export interface WavHeader {
  readonly format: WavFormat;
  /** Where the samples start in the file. */
  readonly dataOffset: number;
  /** Samples per channel. */
  readonly sampleCount: number;
}

const MAX_CHUNKS = 4096;
const MAX_SAMPLE_RATE_HZ = 10_000_000;
const UNKNOWN_SIZE = 0xffffffff;
const TAG_PCM = 1;
const TAG_FLOAT = 3;
const TAG_EXTENSIBLE = 0xfffe;
/** The last 14 bytes of the sub-format GUIDs that extend a format tag: `0000-0010-8000-00AA00389B71`. */
const GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
const REPAIR = "write it again with the right sizes, for example: sox --ignore-length IN.wav OUT.wav";

/**
 * Reads and checks a header.
 *
 * @param file the file's bytes
 * @param name the file's name as the user gave it, for messages
 * @param details fields of errors, such as the configuration key
 * @throws {SluiceError} `InvalidMedia`, naming the file and the byte, for any fault
 */
export function readWavHeader(file: ByteReader, name: string, details: SluiceErrorDetails = {}): WavHeader {
  return new HeaderReader(file, name, details).read();
}

class HeaderReader {
  readonly #file: ByteReader;
  readonly #name: string;
  readonly #details: SluiceErrorDetails;
  readonly #bytes = new Uint8Array(64);
  readonly #view = new DataView(this.#bytes.buffer);

  constructor(file: ByteReader, name: string, details: SluiceErrorDetails) {
    this.#file = file;
    this.#name = name;
    this.#details = details;
  }

  read(): WavHeader {
    const length = this.#file.byteLength;
    if (length === 0) this.#fail(0, "the file is empty, wanted a WAV file");
    this.#need(0, 12, "a RIFF header");
    const riff = this.#tag(0);
    if (riff === "RIFX") this.#fail(0, `found "RIFX" (big-endian), wanted "RIFF" or "RF64"; ${REPAIR}`);
    if (riff !== "RIFF" && riff !== "RF64" && riff !== "BW64") {
      this.#fail(0, `found ${printable(this.#bytes, 4)}, wanted "RIFF" or "RF64": this is not a WAV file`);
    }
    if (this.#tag(8) !== "WAVE") this.#fail(8, `found ${printable(this.#bytes.subarray(8), 4)}, wanted "WAVE"`);
    const is64 = riff !== "RIFF";
    const riffSize = this.#view.getUint32(4, true);

    let format: WavFormat | undefined;
    let data64: number | undefined;
    let offset = 12;
    for (let chunks = 0;; chunks++) {
      if (chunks === MAX_CHUNKS) this.#fail(offset, `more than ${MAX_CHUNKS} chunks and no "data" chunk among them`);
      if (offset >= length) {
        this.#fail(length, `the file ends with no "${format === undefined ? "fmt " : "data"}" chunk`);
      }
      this.#need(offset, 8, "a chunk header");
      const tag = this.#tag(0);
      const size = this.#view.getUint32(4, true);
      const body = offset + 8;
      if (is64 && chunks === 0 && tag !== "ds64") {
        this.#fail(offset, `found chunk ${printable(this.#bytes, 4)}, wanted "ds64" first in an ${riff} file`);
      }
      if (tag === "data") {
        if (format === undefined) this.#fail(offset, `the "data" chunk stands before any "fmt " chunk`);
        return this.#data(format, body, size, data64, riffSize);
      }
      if (size > length - body) {
        const what = `chunk ${printable(this.#bytes, 4)} claims ${size} bytes, and the file has ${
          length - body
        } after it`;
        this.#fail(offset + 4, what);
      }
      if (tag === "ds64" && is64) data64 = this.#ds64(body, size);
      if (tag === "fmt ") {
        if (format !== undefined) this.#fail(offset, `a second "fmt " chunk`);
        format = this.#fmt(body, size);
      }
      offset = body + size + (size & 1);
    }
  }

  #ds64(body: number, size: number): number {
    if (size < 28) this.#fail(body - 4, `the "ds64" chunk has ${size} bytes, wanted at least 28`);
    this.#need(body, 28, `the "ds64" chunk`);
    const bytes = this.#view.getUint32(8, true) + this.#view.getUint32(12, true) * 0x100000000;
    if (!Number.isSafeInteger(bytes)) this.#fail(body + 8, `the "ds64" chunk claims ${bytes} bytes of samples`);
    return bytes;
  }

  #fmt(body: number, size: number): WavFormat {
    if (size < 16) this.#fail(body - 4, `the "fmt " chunk has ${size} bytes, wanted at least 16`);
    this.#need(body, Math.min(size, 40), `the "fmt " chunk`);
    const view = this.#view;
    let tag = view.getUint16(0, true);
    const channels = view.getUint16(2, true);
    const sampleRateHz = view.getUint32(4, true);
    const blockAlign = view.getUint16(12, true);
    const bits = view.getUint16(14, true);
    let layout = defaultLayout(channels);
    if (tag === TAG_EXTENSIBLE) {
      if (size < 40) this.#fail(body - 4, `the extensible "fmt " chunk has ${size} bytes, wanted at least 40`);
      if (GUID_TAIL.some((byte, i) => this.#bytes[26 + i] !== byte)) {
        this.#fail(body + 24, "the sub-format is not one that extends a format tag: only PCM and IEEE float are read");
      }
      tag = view.getUint16(24, true);
      const valid = view.getUint16(18, true);
      if (valid > bits) this.#fail(body + 18, `${valid} valid bits in samples of ${bits} bits`);
      const mask = view.getUint32(20, true);
      if (mask !== 0) layout = layoutOfMask(channels, mask);
    }
    if (channels < 1 || channels > WAV_MAX_CHANNELS) {
      this.#fail(body + 2, `found ${channels} channels, wanted 1 to ${WAV_MAX_CHANNELS}`);
    }
    if (sampleRateHz < 1 || sampleRateHz > MAX_SAMPLE_RATE_HZ) {
      this.#fail(body + 4, `found a sample rate of ${sampleRateHz} Hz, wanted 1 to ${MAX_SAMPLE_RATE_HZ}`);
    }
    const sampleFormat = sampleFormatOf(tag, bits);
    if (sampleFormat === undefined) {
      const tags = tag === TAG_PCM || tag === TAG_FLOAT;
      const found = tags ? `${bits} bits of ${tag === TAG_PCM ? "integer" : "float"}` : `format tag ${tag}`;
      const wanted = tags ? "8, 16, 24 or 32 bits of integer, or 32 or 64 of float" : "1 (PCM) or 3 (IEEE float)";
      this.#fail(body + (tags ? 14 : 0), `found samples of ${found}, wanted ${wanted}`);
    }
    const wantedAlign = channels * bytesPerSample(sampleFormat);
    if (blockAlign !== wantedAlign) {
      const why = `${channels} channel${channels === 1 ? "" : "s"} of ${bits} bits`;
      this.#fail(body + 12, `found a block align of ${blockAlign}, wanted ${wantedAlign} (${why})`);
    }
    return { sampleFormat, channels, sampleRateHz, layout };
  }

  #data(format: WavFormat, body: number, size: number, data64: number | undefined, riffSize: number): WavHeader {
    const there = this.#file.byteLength - body;
    let bytes = size;
    if (size === UNKNOWN_SIZE) {
      if (data64 === undefined) {
        this.#fail(body - 4, `the "data" chunk has no size (0xFFFFFFFF), as left by a streaming writer; ${REPAIR}`);
      }
      bytes = data64;
    }
    if (size === 0 && there > 0 && (riffSize === 0 || riffSize === UNKNOWN_SIZE) && data64 === undefined) {
      this.#fail(
        body - 4,
        `the "data" chunk claims no bytes and ${there} follow, as left by a streaming writer; ${REPAIR}`,
      );
    }
    if (bytes > there) {
      this.#fail(
        body - 4,
        `the "data" chunk claims ${bytes} bytes, and the file has ${there}: it is truncated, or the header lies; ${REPAIR}`,
      );
    }
    const frameBytes = format.channels * bytesPerSample(format.sampleFormat);
    if (bytes % frameBytes !== 0) {
      const rest = `${bytes} bytes are not a whole number of samples of ${frameBytes} bytes`;
      this.#fail(body - 4, `the "data" chunk's ${rest}`);
    }
    return { format, dataOffset: body, sampleCount: bytes / frameBytes };
  }

  /** Reads `count` bytes at `offset` into the scratch bytes. */
  #need(offset: number, count: number, what: string): void {
    const got = this.#file.readAt(offset, this.#bytes.subarray(0, count));
    if (got < count) {
      this.#fail(offset, `the file ends after ${this.#file.byteLength} bytes, inside ${what} of ${count} bytes`);
    }
  }

  #tag(at: number): string {
    return String.fromCharCode(...this.#bytes.subarray(at, at + 4));
  }

  #fail(offset: number, reason: string): never {
    throw new SluiceError(
      "InvalidMedia",
      `Cannot read ${JSON.stringify(this.#name)}: at byte ${offset}, ${reason}`,
      this.#details,
    );
  }
}

function sampleFormatOf(tag: number, bits: number): WavSampleFormat | undefined {
  if (tag === TAG_PCM) return ({ 8: "u8", 16: "s16", 24: "s24", 32: "s32" } as const)[bits as 8];
  if (tag === TAG_FLOAT) return ({ 32: "f32", 64: "f64" } as const)[bits as 32];
  return undefined;
}

/** Bytes in quotes if they are ASCII, otherwise in hexadecimal. */
function printable(bytes: Uint8Array, count: number): string {
  const some = bytes.subarray(0, count);
  if (some.every((byte) => byte >= 0x20 && byte < 0x7f)) return JSON.stringify(String.fromCharCode(...some));
  return [...some].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
