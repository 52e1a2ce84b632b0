/**
 * Frames with nothing in them, for a stream to begin with.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { PixelFormat } from "../../core/frames/format.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { PacketNumber } from "../../core/frames/packet_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";

/** What they are like, by kind. */
export interface BlankShape {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly pixelFormat: PixelFormat;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly initial: unknown;
  readonly fields: Record<string, PacketNumber>;
}

/** Samples in a block of silence, over all channels. */
const SILENCE_SAMPLES = 4096;

/** Chroma of a picture without colour. */
const NEUTRAL_CHROMA = 128;
/** Luma of black in the limited range of ITU-R BT.709. */
const BLACK_LUMA = 16;
const OPAQUE = 255;
const RGBA_BYTES = 4;
const ALPHA = 3;

/** A block of silence. @param samples that it has at most. @returns `undefined` if the pool is empty */
export function acquireSilence(
  output: StreamOutput<AudioFrame>,
  { sampleRateHz, channels }: BlankShape,
  samples: number,
): AudioFrame | undefined {
  const sampleCount = Math.min(samples, Math.max(1, Math.floor(SILENCE_SAMPLES / channels)));
  const frame = output.tryAcquire({ sampleRateHz, channels, sampleCount });
  for (let channel = 0; frame !== undefined && channel < channels; channel++) frame.channel(channel).fill(0);
  return frame;
}

/** A black picture, a value, or an empty batch: what the output carries. @returns `undefined` if the pool is empty */
export function acquireBlank(output: StreamOutput, shape: BlankShape): Frame | undefined {
  const { pixelFormat, width, height, frameRate, initial: value, fields } = shape;
  const acquire = (own: object) => output.tryAcquire(own as Parameters<StreamOutput["tryAcquire"]>[0]);
  if (output.kind === "data") return acquire({ value });
  if (output.kind === "packet") return acquire({ fields, capacity: 0 });
  const picture = acquire({ pixelFormat, width, height, frameRate });
  if (picture !== undefined) blacken(picture as VideoFrame);
  return picture;
}

function blacken(frame: VideoFrame): void {
  const [first, ...chroma] = frame.planes.map((_, at) => frame.plane(at));
  if (chroma.length > 0) {
    first.fill(BLACK_LUMA);
    for (const plane of chroma) plane.fill(NEUTRAL_CHROMA);
    return;
  }
  first.fill(0);
  for (let at = ALPHA; at < first.length; at += RGBA_BYTES) first[at] = OPAQUE;
}
