/**
 * What ffmpeg says of a media file, as a graph with an `ffmpeg-source` has it: streams of pictures and samples.
 *
 * @module
 */
import type { MediaInfo, TrackInfo } from "./media_info.ts";
import { hasFfmpeg, type ProbedStream, probeInput, turnedAspect } from "./ffmpeg_probe.ts";

/** Samples of more bits than these are kept with 24. */
const USUAL_BITS = 16;

/**
 * Reads what ffmpeg finds in a file.
 *
 * @returns `undefined` where there is no ffmpeg
 * @throws {SluiceError} `InvalidMedia` if it cannot read the file
 */
export async function readFfmpegInfo(path: string): Promise<MediaInfo | undefined> {
  if (!await hasFfmpeg()) return undefined;
  const { container, durationSeconds, streams, tags } = await probeInput(path);
  const { size: bytes } = await Deno.stat(path);
  return {
    path,
    container,
    byFfmpeg: true,
    bytes,
    ...(durationSeconds !== undefined && { durationSeconds, bitRate: Math.round(8 * bytes / durationSeconds) }),
    tracks: streams.map(trackOf),
    tags,
  };
}

/** A stream as other files' tracks are told. */
export function trackOf(stream: ProbedStream): TrackInfo {
  const { name, kind, codec: decoded, frameRate, width, height, rotation = 0, bits = USUAL_BITS } = stream;
  const { durationSeconds, bitRate, language, title, matrix, range, sampleRateHz, channels } = stream;
  const common = { name, kind, decoded, durationSeconds, bitRate, language, title };
  const isTurned = rotation % 180 !== 0;
  const rate = frameRate && Math.round(frameRate[0] / frameRate[1] * 1e3) / 1e3;
  const pixelAspect = turnedAspect(stream.pixelAspect, rotation);
  const size = isTurned ? { width: height, height: width } : { width, height };
  const track = kind === "video"
    ? { ...common, codec: "i420", ...size, pixelAspect, frameRate: rate, matrix, range }
    : { ...common, codec: bits > USUAL_BITS ? "pcm-s24" : "pcm-s16", sampleRateHz, channels };
  return Object.fromEntries(Object.entries(track).filter(([, value]) => value !== undefined)) as unknown as TrackInfo;
}
