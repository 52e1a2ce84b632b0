/**
 * What a program writes to its standard output: bytes as frames.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { PixelFormat } from "../../core/frames/format.ts";
import type { VideoFrame, VideoShape } from "../../core/frames/video_frame.ts";
import type { StreamOutput } from "../../core/ports/stream.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { PcmBlock } from "../file/pcm.ts";
import type { ByteQueue } from "./byte_queue.ts";
import { changeRange, type ColourRange } from "./colour_range.ts";
import { packedBytes, unpackPicture } from "./packed_pictures.ts";
import { assertSamples } from "./sample_magic.ts";

import { Y4M_FRAME, Y4M_LINE_BYTES } from "./y4m.ts";
import { readY4mStream, type Y4mReader } from "./y4m_shape.ts";

/** Samples of a block in each channel. */
const BLOCK_SAMPLES = 1024;
/** The most bytes of a value: what a slot of the default pool holds, and what is said beside them. */
const MOST_VALUE_BYTES = 8192;

/** Writes the frames that bytes make. */
export interface FrameReader {
  /** Of samples: fewer bytes make no frame. */
  readonly leastBytes?: number;
  /**
   * Writes the next frame, if its bytes are there.
   *
   * @param startNs the time of the first frame
   * @returns whether it was there
   * @throws {Error} that says what is wrong with the bytes
   */
  write(bytes: ByteQueue, startNs: number): Promise<boolean>;
}

/** Reads interleaved samples. */
export class SampleReader implements FrameReader {
  readonly #out: StreamOutput<AudioFrame>;
  readonly #block: PcmBlock;
  readonly #sampleRateHz: number;
  #count = 0;

  constructor(out: StreamOutput<AudioFrame>, format: "s16" | "s24" | "s32" | "f32", rateHz: number, channels: number) {
    this.#out = out;
    this.#block = new PcmBlock(format, channels, BLOCK_SAMPLES);
    this.#sampleRateHz = rateHz;
    out.announce({ kind: "audio", sampleRateHz: rateHz, channels });
  }

  get leastBytes(): number {
    return this.#block.bytesPerFrame;
  }

  async write(bytes: ByteQueue, startNs: number): Promise<boolean> {
    const block = this.#block;
    const { channels, bytesPerFrame } = block;
    const sampleCount = bytes.ended ? Math.min(BLOCK_SAMPLES, Math.floor(bytes.length / bytesPerFrame)) : BLOCK_SAMPLES;
    if (sampleCount === 0) return false;
    const samples = bytes.take(sampleCount * bytesPerFrame);
    if (samples === undefined) return false;
    if (this.#count === 0) assertSamples(samples);
    block.bytes(sampleCount).set(samples);
    await this.#out.ready();
    const frame = await this.#out.acquire({ sampleRateHz: this.#sampleRateHz, channels, sampleCount });
    for (let channel = 0; channel < channels; channel++) block.decode(channel, frame.channel(channel), sampleCount);
    frame.ptsNs = startNs + samplesToNs(this.#count, this.#sampleRateHz);
    this.#count += sampleCount;
    this.#out.write(frame);
    return true;
  }
}

/** Reads pictures: with a line before each as YUV4MPEG2, or of a shape that was said. */
export class PictureReader implements FrameReader {
  readonly #out: StreamOutput<VideoFrame>;
  readonly #stream: Y4mReader;
  #shape: VideoShape | undefined;
  /** The range that the levels of YUV4MPEG2 are to be given; absent where they have it. */
  #toRange: ColourRange | undefined;
  readonly #hasLines: boolean;
  /** Whether the line before the next picture was read. */
  #isBegun = false;
  #count = 0;

  /**
   * @param stream what is known of one in YUV4MPEG2
   * @param shape that of raw pictures; absent for YUV4MPEG2, which tells it
   */
  constructor(
    out: StreamOutput<VideoFrame>,
    stream: Y4mReader,
    shape?: VideoShape & { readonly pixelFormat: PixelFormat },
  ) {
    this.#out = out;
    this.#stream = stream;
    this.#shape = shape;
    this.#hasLines = shape === undefined;
    if (shape !== undefined) out.announce({ kind: "video", ...shape });
  }

  async write(bytes: ByteQueue, startNs: number): Promise<boolean> {
    if (this.#shape === undefined && !this.#readHeader(bytes)) return false;
    if (this.#hasLines && !this.#isBegun && !this.#readLine(bytes)) return false;
    const shape = this.#shape!;
    const picture = bytes.take(packedBytes(shape));
    if (picture === undefined) {
      if (bytes.ended && (bytes.length > 0 || this.#isBegun)) throw new Error(`picture ${this.#count} is cut off`);
      return false;
    }
    await this.#out.ready();
    const frame = await this.#out.acquire(shape);
    if (this.#toRange !== undefined) {
      const lumaBytes = shape.width * shape.height;
      changeRange(picture.subarray(0, lumaBytes), "luma", this.#toRange);
      changeRange(picture.subarray(lumaBytes), "chroma", this.#toRange);
    }
    unpackPicture(picture, frame);
    if (shape.frameRate !== undefined) frame.ptsNs = startNs + Math.round(this.#count * 1e9 / shape.frameRate);
    this.#isBegun = false;
    this.#count++;
    this.#out.write(frame);
    return true;
  }

  #readHeader(bytes: ByteQueue): boolean {
    const line = bytes.takeLine(Y4M_LINE_BYTES);
    if (line === undefined) return false;
    ({ shape: this.#shape, toRange: this.#toRange } = readY4mStream(line, this.#stream));
    this.#out.announce({ kind: "video", ...this.#shape });
    return true;
  }

  #readLine(bytes: ByteQueue): boolean {
    const line = bytes.takeLine(Y4M_LINE_BYTES);
    if (line === undefined) return false;
    if (line.split(" ", 1)[0] !== Y4M_FRAME) {
      throw new Error(`picture ${this.#count} begins with ${JSON.stringify(line.slice(0, 20))}, wanted "${Y4M_FRAME}"`);
    }
    return this.#isBegun = true;
  }
}

/** Hands bytes on as they come. */
export class PlainReader implements FrameReader {
  readonly #out: StreamOutput<DataFrame<Uint8Array>>;

  constructor(out: StreamOutput<DataFrame<Uint8Array>>) {
    this.#out = out;
  }

  async write(bytes: ByteQueue, startNs: number): Promise<boolean> {
    if (bytes.length === 0) return false;
    const value = bytes.take(Math.min(bytes.length, MOST_VALUE_BYTES))!;
    await this.#out.ready();
    const frame = await this.#out.acquire({ value });
    frame.ptsNs = startNs;
    this.#out.write(frame);
    return true;
  }
}
