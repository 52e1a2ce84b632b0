/**
 * Which file is written for a path, and which shipped node types encode what it holds.
 *
 * @module
 */
import { extname } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { STANDARD } from "../../processors/file/standard_output.ts";
import type { CodecNode } from "../../processors/media/decoders.ts";
import { isOfSound, muxerOf } from "../../processors/media/ffmpeg_formats.ts";
import { hasFfmpeg } from "../../processors/media/ffmpeg_probe.ts";
import {
  findOutputFormat,
  OUTPUT_EXTENSIONS,
  type OutputFormat,
  PCM,
  RAW_VIDEO,
} from "../../processors/media/output_formats.ts";
import type { ConvertArgs } from "../media_args.ts";

/** Codecs that can be encoded to. */
export const ENCODERS: Readonly<Record<string, CodecNode>> = {
  h264: { type: "h264-encode", input: "video", output: "encoded" },
  jpeg: { type: "jpeg-encode", input: "video", output: "encoded" },
  opus: { type: "opus-encode", input: "audio", output: "encoded" },
  flac: { type: "flac-encode", input: "audio", output: "encoded" },
};

/** Pixel formats that codecs take, and that `png` and raw pictures stand for. */
export const PIXELS: Readonly<Record<string, "i420" | "rgba8">> = {
  h264: "i420",
  i420: "i420",
  [RAW_VIDEO]: "i420",
  jpeg: "rgba8",
  png: "rgba8",
};

/** ffmpeg's encoders of codecs that people name. */
const FFMPEG_ENCODERS: Readonly<Record<string, string>> = {
  h264: "libx264",
  hevc: "libx265",
  vp8: "libvpx",
  vp9: "libvpx-vp9",
  av1: "libaom-av1",
  opus: "libopus",
  mp3: "libmp3lame",
  vorbis: "libvorbis",
};

/** What is written to containers for which ffmpeg by itself has codecs of long ago. */
const USUAL_CODECS = { videoCodec: "h264", audioCodec: "aac" } as const;
const OF_LONG_AGO: ReadonlySet<string> = new Set([".ts", ".mts", ".flv", ".3gp"]);

/** A path that tells the format of the output by its extension. */
export function formatPath({ output, format }: ConvertArgs): string {
  return format === undefined ? output : `${output === STANDARD ? "OUTPUT" : output}.${format}`;
}

/** What ffmpeg is told of the codecs and bit rates that were asked for. */
export function ffmpegOptions({ output, videoBitRate, audioBitRate, ...asked }: ConvertArgs): string[] {
  const usual = OF_LONG_AGO.has(extname(output).toLowerCase()) ? USUAL_CODECS : undefined;
  const [videoCodec, audioCodec] = [asked.videoCodec ?? usual?.videoCodec, asked.audioCodec ?? usual?.audioCodec];
  const encoder = (codec: string) => FFMPEG_ENCODERS[codec] ?? codec.replace(/^pcm-(.*)$/, "pcm_$1le");
  return [
    // It says more than ffmpeg lets it.
    ...(videoCodec === "hevc" ? ["-x265-params", "log-level=error"] : []),
    ...(videoCodec === undefined ? [] : ["-c:v", encoder(videoCodec)]),
    ...(videoBitRate === undefined ? [] : ["-b:v", `${videoBitRate}`]),
    ...(audioCodec === undefined ? [] : ["-c:a", encoder(audioCodec)]),
    ...(audioBitRate === undefined ? [] : ["-b:a", `${audioBitRate}`]),
  ];
}

/**
 * The formats of a file to be written, by its extension: that of shipped nodes, and that of ffmpeg. Where the first is
 * there, nobody has looked yet whether ffmpeg is.
 *
 * @throws {SluiceError} `InvalidConfig` if there is none
 */
export async function outputFormatsOf(args: ConvertArgs): Promise<OutputFormat[]> {
  const path = formatPath(args);
  const own = findOutputFormat(path);
  // ffmpeg goes by the name of its file.
  const foreign = args.copy || path !== args.output ? [] : foreignFormats(path);
  if (args.output === STANDARD) assertStreamed(args, own);
  if (own !== undefined) return [own, ...foreign];
  if (foreign.length > 0 && await hasFfmpeg()) return foreign;
  const extension = extname(path).toLowerCase();
  throw new SluiceError(
    "InvalidConfig",
    `Cannot tell the container of ${JSON.stringify(path)}: found extension ${JSON.stringify(extension)}, wanted ${
      OUTPUT_EXTENSIONS.join(", ")
    }; write one of these, of which "ffmpeg -i FILE OUTPUT" may make it`,
    { key: "OUTPUT", available: OUTPUT_EXTENSIONS },
  );
}

/** @throws {SluiceError} `InvalidConfig` for what does not go to standard output */
function assertStreamed({ format }: ConvertArgs, own: OutputFormat | undefined): void {
  const streamed = OUTPUT_EXTENSIONS.map((extension) => extension.slice(1)).filter((name) =>
    findOutputFormat(`x.${name}`)?.sink !== "image-sink"
  );
  if (own !== undefined && own.sink !== "image-sink") return;
  const found = format === undefined ? "no --format" : `--format ${format}`;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot write to standard output: found ${found}, wanted one of ${streamed.join(", ")}`,
    { key: "--format", available: streamed },
  );
}

/** What ffmpeg writes to a path: whatever codec it has for that, of raw pictures and samples. */
function foreignFormats(path: string): OutputFormat[] {
  const muxer = muxerOf(path);
  if (muxer === undefined) return [];
  const [video, audio] = [isOfSound(path) ? [] : ["i420"], muxer === "gif" ? [] : [PCM]];
  return [{ sink: "ffmpeg-sink", name: `${extname(path).slice(1).toUpperCase()} by ffmpeg`, video, audio }];
}
