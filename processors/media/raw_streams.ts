/**
 * Makes frames of the raw pictures and samples of a Matroska stream, whose times are rounded to milliseconds.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { PcmBlock } from "../file/pcm.ts";
import { packedBytes, unpackPicture } from "./packed_pictures.ts";
import { type ProbedStream, turnedAspect } from "./ffmpeg_probe.ts";
import type { RawBlock, RawTrack } from "./raw_matroska.ts";

/** By how much the time of a block may be off, since it is rounded. */
const ROUNDING_NS = 1e6;
/** Samples follow each other up to such a gap: containers round their times, too. */
const GAP_NS = 20e6;
/** The most samples of a frame over all channels: what a slot of the default pool holds. */
const MOST_VALUES = 16_384;

/** Writes the blocks of a track. */
export interface RawStream {
  /**
   * @param offsetNs what is added to times
   * @returns where the block ends, before that is added; a picture without an even rate ends where it begins
   */
  write(block: RawBlock, offsetNs: number): Promise<number>;
}

/**
 * Announces and writes pictures. Where their rate is even, their times are its multiples.
 *
 * @param jumps whether the first one comes after a jump
 */
export function readPictures(
  out: StreamOutput<VideoFrame>,
  track: RawTrack,
  stream: ProbedStream,
  jumps = false,
): RawStream {
  const { width = 0, height = 0 } = track;
  const { frameRate } = stream;
  const pixelAspect = turnedAspect(stream.pixelAspect, stream.rotation);
  const shape = {
    pixelFormat: "i420",
    width,
    height,
    ...(frameRate && { frameRate: frameRate[0] / frameRate[1] }),
    ...(pixelAspect !== undefined && { pixelAspect }),
  } as const;
  const bytes = packedBytes(shape);
  out.announce({ kind: "video", ...shape });
  const exactNs = (timeNs: number): number => {
    if (frameRate === undefined) return timeNs;
    const [pictures, seconds] = frameRate;
    const placeNs = Math.round(Math.round(timeNs / 1e9 * pictures / seconds) * seconds * 1e9 / pictures);
    return Math.abs(placeNs - timeNs) < ROUNDING_NS ? placeNs : timeNs;
  };
  const pictureNs = frameRate === undefined ? 0 : frameRate[1] * 1e9 / frameRate[0];
  const write = async (block: RawBlock, offsetNs: number): Promise<number> => {
    if (block.bytes.length !== bytes) {
      throw new Error(`a picture has ${block.bytes.length} bytes, wanted ${bytes}`);
    }
    await out.ready();
    const frame = await out.acquire(shape);
    unpackPicture(block.bytes, frame);
    const timeNs = exactNs(block.timeNs);
    frame.ptsNs = offsetNs + timeNs;
    frame.discontinuity = jumps;
    jumps = false;
    out.write(frame);
    return timeNs + pictureNs;
  };
  return { write };
}

/**
 * Announces and writes samples. Their times are counted, from the first one and from each gap.
 *
 * @param jumps whether the first one comes after a jump
 */
export function readSamples(
  out: StreamOutput<AudioFrame>,
  { sampleRateHz = 0, channels = 0 }: RawTrack,
  jumps = false,
): RawStream {
  out.announce({ kind: "audio", sampleRateHz, channels });
  const block = new PcmBlock("f32", channels, 1024);
  const most = Math.floor(MOST_VALUES / channels);
  let [startNs, count] = [Number.NaN, 0];
  const write = async ({ timeNs, bytes }: RawBlock, offsetNs: number): Promise<number> => {
    const gapNs = Math.abs(timeNs - startNs - samplesToNs(count, sampleRateHz));
    jumps ||= gapNs > GAP_NS;
    if (!(gapNs <= GAP_NS)) [startNs, count] = [timeNs, 0];
    const total = Math.floor(bytes.length / block.bytesPerFrame);
    for (let from = 0; from < total;) {
      const sampleCount = Math.min(total - from, most);
      block.reserve(sampleCount);
      const start = from * block.bytesPerFrame;
      block.bytes(sampleCount).set(bytes.subarray(start, start + sampleCount * block.bytesPerFrame));
      await out.ready();
      const frame = await out.acquire({ sampleRateHz, channels, sampleCount });
      for (let channel = 0; channel < channels; channel++) block.decode(channel, frame.channel(channel), sampleCount);
      frame.ptsNs = offsetNs + startNs + samplesToNs(count, sampleRateHz);
      frame.discontinuity = jumps;
      jumps = false;
      out.write(frame);
      count += sampleCount;
      from += sampleCount;
    }
    return startNs + samplesToNs(count, sampleRateHz);
  };
  return { write };
}
