/**
 * Which file is written for a path, and which shipped node types encode what it holds.
 *
 * @module
 */
import { extname } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import type { CodecNode } from "../../processors/media/decoders.ts";
import { findOutputFormat, OUTPUT_EXTENSIONS, type OutputFormat } from "../../processors/media/output_formats.ts";

/** Codecs that can be encoded to. */
export const ENCODERS: Readonly<Record<string, CodecNode>> = {
  h264: { type: "h264-encode", input: "video", output: "encoded" },
  jpeg: { type: "jpeg-encode", input: "video", output: "encoded" },
  opus: { type: "opus-encode", input: "audio", output: "encoded" },
  flac: { type: "flac-encode", input: "audio", output: "encoded" },
};

/** Pixel formats that codecs take, and that `png` stands for. */
export const PIXELS: Readonly<Record<string, "i420" | "rgba8">> = { h264: "i420", jpeg: "rgba8", png: "rgba8" };

/**
 * The format of a file to be written, by its extension.
 *
 * @throws {SluiceError} `InvalidConfig` if that tells none
 */
export function outputFormatOf(path: string): OutputFormat {
  const known = findOutputFormat(path);
  if (known !== undefined) return known;
  const extension = extname(path).toLowerCase();
  throw new SluiceError(
    "InvalidConfig",
    `Cannot tell the container of ${JSON.stringify(path)}: found extension ${JSON.stringify(extension)}, wanted ${
      OUTPUT_EXTENSIONS.join(", ")
    }; write one of these, of which "ffmpeg -i FILE OUTPUT" may make it`,
    { key: "OUTPUT", available: OUTPUT_EXTENSIONS },
  );
}
