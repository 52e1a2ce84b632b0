/**
 * Copies of what a processor under test has written, so that a test can keep them.
 *
 * @module
 */
import { AudioFrame } from "../core/frames/audio_frame.ts";
import type { DataFrame } from "../core/frames/data_frame.ts";
import { EncodedFrame } from "../core/frames/encoded_frame.ts";
import type { Codec, PixelFormat } from "../core/frames/format.ts";
import type { Frame } from "../core/frames/frame.ts";
import { type ColumnOf, PacketFrame, type PacketNumber } from "../core/frames/packet_frame.ts";
import type { PixelAspect } from "../core/frames/pixel_aspect.ts";
import { type PlaneLayout, VideoFrame } from "../core/frames/video_frame.ts";

/** The fields of every copy. */
export interface FrameOutput {
  /** Presentation time, nanoseconds. */
  readonly ptsNs: number;
  /** Its duration, nanoseconds. */
  readonly durationNs: number;
  /** Counts the frames of the output, from 0. */
  readonly sequence: number;
  /** Frames are missing before this one. */
  readonly discontinuity: boolean;
}

/** Audio that came out, copied. */
export interface AudioOutput extends FrameOutput {
  /** Hertz. */
  readonly sampleRateHz: number;
  /** One array a channel. */
  readonly channels: Float32Array[];
}

/** A picture that came out, copied. */
export interface VideoOutput extends FrameOutput {
  /** The layout of its pixels in memory. */
  readonly pixelFormat: PixelFormat;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** The width of a pixel by its height; absent for square ones. */
  readonly pixelAspect?: PixelAspect;
  /** The layout of each plane. */
  readonly layout: readonly PlaneLayout[];
  /** The bytes of each plane, padding included. */
  readonly planes: Uint8Array[];
}

/** An encoded frame that came out, copied. */
export interface EncodedOutput extends FrameOutput {
  /** Its codec. */
  readonly codec: Codec;
  /** True if decoding can start here. */
  readonly keyframe: boolean;
  /** True if it is decoded only for later frames. */
  readonly decodeOnly: boolean;
  /** The time of its decoding, nanoseconds. */
  readonly dtsNs: number;
  /** The width of a pixel by its height, if the container tells that they differ. */
  readonly pixelAspect?: PixelAspect;
  /** The payload. */
  readonly bytes: Uint8Array;
}

/** A batch that came out, copied. */
export interface PacketOutput extends FrameOutput {
  /** Number of records. */
  readonly batchSize: number;
  /** The fields of the records, by name. */
  readonly columns: { readonly [name: string]: ColumnOf<PacketNumber> };
}

/** A value that came out. */
export interface DataOutput extends FrameOutput {
  /** The value itself. */
  readonly value: unknown;
}

/** A copy that {@linkcode copyOf} makes. */
export type AnyOutput = AudioOutput | VideoOutput | EncodedOutput | PacketOutput | DataOutput;

/** Copies a frame. */
export function copyOf(frame: Frame): AnyOutput {
  const { ptsNs, durationNs, sequence, discontinuity } = frame;
  const common = { ptsNs, durationNs, sequence, discontinuity };
  if (frame instanceof AudioFrame) {
    const channels = Array.from({ length: frame.channels }, (_, at) => frame.channel(at).slice());
    return { ...common, sampleRateHz: frame.sampleRateHz, channels };
  }
  if (frame instanceof VideoFrame) {
    const { kind: _, ...format } = frame.format;
    const layout = frame.planes;
    return { ...common, ...format, layout, planes: layout.map((_, at) => frame.plane(at).slice()) };
  }
  if (frame instanceof EncodedFrame) {
    const { codec, keyframe, decodeOnly, dtsNs, format: { pixelAspect } } = frame;
    const aspect = pixelAspect !== undefined && { pixelAspect };
    return { ...common, codec, keyframe, decodeOnly, dtsNs, ...aspect, bytes: frame.bytes.slice() };
  }
  if (frame instanceof PacketFrame) {
    const names = Object.keys(frame.fields);
    const columns = Object.fromEntries(names.map((name) => [name, frame.column(name).slice()]));
    return { ...common, batchSize: frame.batchSize, columns };
  }
  const { value, structType } = frame as DataFrame<{ toJSON?: () => unknown }>;
  return { ...common, value: structType === undefined ? value : value.toJSON?.() ?? value };
}
