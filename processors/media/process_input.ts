/**
 * What a program is given on its standard input: frames as bytes.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { describeFormat } from "../../core/frames/format.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { PcmBlock } from "../file/pcm.ts";
import type { ColourRange } from "./colour_range.ts";
import { packedBytes, packPicture } from "./packed_pictures.ts";
import { pictureBytes } from "./pipe_sink.ts";
import { type PictureSize, scaleAdvice } from "./scale_advice.ts";
import { writeY4mHeader } from "./y4m.ts";

/** Any frame that a program is given. */
export type GivenFrame = AudioFrame | VideoFrame | EncodedFrame | DataFrame<Uint8Array>;

/** How samples and pictures are written. */
export interface GivenFormats {
  readonly audioFormat: "s16" | "s24" | "s32" | "f32";
  readonly videoFormat: "y4m" | "raw";
  readonly range: ColourRange;
}

/** Makes bytes of frames, of one format within a stream. */
export class FrameBytes {
  readonly #formats: GivenFormats;
  #stream: string | undefined;
  /** That of the first picture. */
  #size: PictureSize | undefined;
  #block: PcmBlock | undefined;

  constructor(formats: GivenFormats) {
    this.#formats = formats;
  }

  /**
   * The bytes of a frame, with what goes before the first one: a copy.
   *
   * @throws {Error} that says what is wrong with the frame
   */
  of(frame: GivenFrame): Uint8Array<ArrayBuffer>[] {
    if (frame.kind === "encoded") return [frame.bytes.slice()];
    if (frame.kind === "data") return [bytesOf(frame.value)];
    const isFirst = this.#stream === undefined;
    this.#assertSame(frame);
    if (frame.kind === "audio") return [this.#interleave(frame)];
    if (this.#formats.videoFormat === "y4m") {
      return isFirst ? [y4mHeader(frame, this.#formats.range), pictureBytes(frame)] : [pictureBytes(frame)];
    }
    const bytes = new Uint8Array(packedBytes(frame));
    packPicture(frame, bytes);
    return [bytes];
  }

  #assertSame(frame: AudioFrame | VideoFrame): void {
    // The duration of pictures may change.
    const { frameRate: _, ...shape } = frame.format as { frameRate?: number } & typeof frame.format;
    const stream = describeFormat(shape as typeof frame.format);
    if (this.#stream === undefined && frame.kind === "video") this.#size = { width: frame.width, height: frame.height };
    this.#stream ??= stream;
    if (stream === this.#stream) return;
    const advice = this.#size === undefined ? "" : `; ${scaleAdvice(this.#size, "before it")}`;
    throw new Error(`its input changed from ${this.#stream} to ${stream}, and a pipe has one format${advice}`);
  }

  #interleave(frame: AudioFrame): Uint8Array<ArrayBuffer> {
    const { channels, sampleCount } = frame;
    const block = this.#block ??= new PcmBlock(this.#formats.audioFormat, channels, sampleCount);
    block.reserve(sampleCount);
    for (let channel = 0; channel < channels; channel++) block.encode(channel, frame.channel(channel));
    return block.bytes(sampleCount).slice();
  }
}

function y4mHeader(
  { pixelFormat, width, height, pixelAspect, durationNs }: VideoFrame,
  range: ColourRange,
): Uint8Array<ArrayBuffer> {
  if (pixelFormat !== "i420") {
    throw new Error(
      `YUV4MPEG2 has pictures of i420, found ${pixelFormat}; convert them (… ! convert pixelFormat=i420 ! …, or convert: "auto"), or set videoFormat to "raw"`,
    );
  }
  const frameRate = durationNs > 0 ? Math.round(1e12 / durationNs) / 1000 : undefined;
  return new TextEncoder().encode(writeY4mHeader({ width, height, frameRate, pixelAspect, range }));
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof Uint8Array) return value.slice();
  throw new Error("its input carries values that are no bytes, wanted Uint8Array");
}
