/**
 * The files of `sluice tap`: what a link carries, as it comes.
 *
 * @module
 */
import type { TapMessage, TapOpened } from "../../control/schemas/tap.ts";
import { JpegEncoder, type RgbaPixels } from "../../control/taps/jpeg.ts";
import { columnsOf, floatsOf } from "../../control/schemas/tap_payload.ts";
import { SluiceError } from "../../core/errors.ts";
import type { TransportPayload } from "../../core/pipeline/transport_data.ts";
import { kernels } from "../../kernels/kernels.ts";
import { PartialFile } from "../../processors/file/partial_file.ts";
import { encodePng } from "../../processors/media/png.ts";
import { payloadWriter } from "./call_files.ts";

/** The part of a reading that is written. */
type Reading = Pick<TapMessage, "head" | "payload">;

/** A file that readings are written to. */
export interface TapFile {
  /** Writes a reading. @returns true if the file is complete */
  write(reading: Reading): Promise<boolean>;
  /** Completes the file. @returns true if there is one */
  end(): Promise<boolean>;
}

/** Quality of a picture that is written. */
const QUALITY = 90;

/** From this many rows on, colours are those of high definition. */
const HIGH_DEFINITION_ROWS = 720;

/**
 * Chooses the file's kind by its name.
 *
 * @throws {SluiceError} `InvalidConfig` if files of that name do not hold what the link carries
 */
export function tapFile(path: string, { kind, what }: Pick<TapOpened, "kind" | "what">): TapFile {
  const ending = /\.(\w+)$/.exec(path)?.[1].toLowerCase() ?? "";
  const isPicture = /^(png|jpe?g)$/.test(ending);
  if (what === "image" && isPicture) return new PictureFile(path, ({ payload }) => asIs(payload, ending));
  if (what !== "raw" || ending === "jsonl") {
    if (ending === "jsonl" && kind !== "video" && kind !== "encoded") return lines(path);
  } else if (kind === "audio" && ending === "wav") return sound(path);
  else if (kind === "video" && isPicture) return new PictureFile(path, (reading) => encode(reading, ending));
  else if (kind === "encoded") return new BytesFile(path);
  const wanted = what === "image"
    ? "a .jpg"
    : kind === "audio" && what === "raw"
    ? "a .wav or a .jsonl"
    : kind === "video"
    ? "a .png or a .jpg"
    : "a .jsonl";
  const message = `Cannot write "${path}": the link carries ${kind}, and a file of its ${what} is ${wanted}`;
  throw new SluiceError("InvalidConfig", message, { key: "--output" });
}

/** Returns a reading as a line of JSON: its head, with the numbers of its payload. */
export function readingLine(what: TapOpened["what"], kind: TapOpened["kind"], { head, payload }: Reading): string {
  if (kind === "packet") return JSON.stringify({ ...head, columns: columnsOf(head, payload) });
  const floats = what === "waveform" || what === "spectrum" || (what === "raw" && kind === "audio");
  if (floats) return JSON.stringify({ ...head, values: Array.from(floatsOf(payload)) });
  return JSON.stringify(payload.length === 0 ? head : { ...head, bytes: payload.length });
}

function sound(path: string): TapFile {
  const writer = payloadWriter({ path });
  return {
    async write({ head, payload }) {
      const { channels, sampleRateHz } = head as { channels: number; sampleRateHz: number };
      const samples = floatsOf(payload);
      const planes = Array.from(
        { length: channels },
        (_, channel) =>
          Float32Array.from({ length: samples.length / channels }, (_, k) => samples[k * channels + channel]),
      );
      await writer.write({ kind: "audio", sampleRateHz, channels: planes } as TransportPayload);
      return false;
    },
    end: () => writer.end(),
  };
}

function lines(path: string): TapFile {
  const writer = payloadWriter({ path });
  return {
    async write({ head, payload }) {
      const { fields, value } = head as { fields?: object; value?: unknown };
      const shown = fields !== undefined
        ? { ptsNs: head.ptsNs, columns: columnsOf(head, payload) }
        : "value" in head
        ? value
        : { ...head, ...(payload.length > 0 && { values: Array.from(floatsOf(payload)) }) };
      await writer.write({ kind: "data", value: shown });
      return false;
    },
    end: () => writer.end(),
  };
}

/** One picture. */
class PictureFile implements TapFile {
  readonly #path: string;
  readonly #encode: (reading: Reading) => Uint8Array;
  #isWritten = false;

  constructor(path: string, encode: (reading: Reading) => Uint8Array) {
    this.#path = path;
    this.#encode = encode;
  }

  async write(reading: Reading): Promise<boolean> {
    if (this.#isWritten) return true;
    this.#isWritten = true;
    const file = new BytesFile(this.#path);
    await file.write({ head: reading.head, payload: this.#encode(reading) as Uint8Array<ArrayBuffer> });
    return await file.end();
  }

  end(): Promise<boolean> {
    return Promise.resolve(this.#isWritten);
  }
}

/** The payloads, one after the other. */
class BytesFile implements TapFile {
  readonly #path: string;
  #partial: PartialFile | undefined;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async write({ payload }: Reading): Promise<boolean> {
    if (this.#partial === undefined) {
      this.#partial = PartialFile.claim(this.#path);
      this.#partial.begin();
    }
    for (let at = 0; at < payload.length;) at += await this.#partial.file.write(payload.subarray(at));
    this.#bytes += payload.length;
    return false;
  }

  end(): Promise<boolean> {
    this.#partial?.commit(this.#bytes);
    return Promise.resolve(this.#partial !== undefined);
  }
}

/** @throws {SluiceError} `InvalidConfig` */
function asIs(payload: Uint8Array, ending: string): Uint8Array {
  if (ending !== "png") return payload;
  throw new SluiceError("InvalidConfig", "Cannot write an image to a .png: it is JPEG; use a .jpg, or --what raw", {
    key: "--output",
  });
}

function encode({ head, payload }: Reading, ending: string): Uint8Array {
  const picture = rgbaOf(head as never, payload);
  if (ending === "png") return encodePng(picture, picture.width * 4, 3);
  return new JpegEncoder(QUALITY).encode(picture);
}

/** Returns a picture without padding as red, green, blue and opacity. */
function rgbaOf(
  { pixelFormat, width, height }: { pixelFormat: string; width: number; height: number },
  payload: Uint8Array,
): RgbaPixels {
  if (pixelFormat === "rgba8") return { width, height, bytes: payload };
  if (pixelFormat === "bgra8") {
    const bytes = payload.slice();
    for (let at = 0; at < bytes.length; at += 4) [bytes[at], bytes[at + 2]] = [payload[at + 2], payload[at]];
    return { width, height, bytes };
  }
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const pixels = width * height;
  const isNv12 = pixelFormat === "nv12";
  const chroma = halfWidth * halfHeight;
  const bytes = new Uint8Array(pixels * 4);
  const planes = isNv12
    ? { u: payload.subarray(pixels) }
    : { u: payload.subarray(pixels, pixels + chroma), v: payload.subarray(pixels + chroma) };
  const chromaStride = isNv12 ? 2 * halfWidth : halfWidth;
  const matrix = height >= HIGH_DEFINITION_ROWS ? "bt709" as const : "bt601" as const;
  const yuv = { matrix, luma: payload.subarray(0, pixels), lumaStride: width, ...planes, chromaStride };
  kernels.toRgb(yuv, { order: "rgba", width, height, bytes, stride: width * 4 });
  return { width, height, bytes };
}
