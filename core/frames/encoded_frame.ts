/**
 * Encoded frames: one access unit of compressed video, or one packet of compressed audio.
 *
 * A link that drops an encoded frame drops on to the next key frame, since what lies between cannot be decoded. Frames
 * of codecs in which each frame decodes by itself (those of audio, and JPEG) are therefore key frames unless their writer says
 * otherwise.
 *
 * In the slot's header, `width` and `height` are pixels for video codecs, channels and hertz for audio codecs, and 0 if
 * unknown. The gain of Opus stands beside the packets in every container, and the aspect of pixels may, so they go along
 * with each frame.
 *
 * @module
 */
import { FLAG, FORMAT, KIND, SLOT } from "../../ffi/layout.gen.ts";
import { index16, index64 } from "../element_index.ts";
import { describeValue } from "../errors/describe_value.ts";
import { AUDIO_CODECS, type Codec, type EncodedFormat } from "./format.ts";
import { Frame } from "./frame.ts";
import { packAspect, type PixelAspect, readAspect } from "./pixel_aspect.ts";

// Local copies: V8 resolves an imported constant again at each use.
const KIND_ENCODED = KIND.encoded;
const FLAG_KEYFRAME = FLAG.keyframe;
const FLAG_DECODE_ONLY = FLAG.decodeOnly;
const DTS_NS = SLOT.dtsNs >> 3;
const PAYLOAD_LENGTH = SLOT.payloadLength >> 2;
const WIDTH = SLOT.width >> 2;
const HEIGHT = SLOT.height >> 2;
const BATCH_SIZE = SLOT.batchSize >> 2;
const GAIN_Q8 = SLOT.gainQ8 >> 2;
const PIXEL_ASPECT = SLOT.pixelAspect >> 2;
const FLAGS = SLOT.flags;

/** What an encoded frame is acquired with. */
export interface EncodedShape {
  /** The codec of the payload. */
  readonly codec: Codec;
  /** The most bytes that the frame may have; `setLength()` sets how many it has. */
  readonly maxBytes: number;
  /** Whether decoding can start here; by default true for audio codecs and JPEG only. */
  readonly keyframe?: boolean;
  /** For video codecs: pixels in a row. */
  readonly width?: number;
  /** For video codecs: rows. */
  readonly height?: number;
  /** For audio codecs: number of channels. */
  readonly channels?: number;
  /** For audio codecs: samples a second, in hertz. */
  readonly sampleRateHz?: number;
  /** For Opus: by how many decibels its decoder makes it louder, from -128 to 127, in steps of 1/256; by default 0. */
  readonly gainDb?: number;
  /** For video codecs: how wide a pixel is by its height, where the container tells that they differ: `16:15`. */
  readonly pixelAspect?: PixelAspect;
}

/** Codes of codecs in a slot's header. */
const CODES: { readonly [C in Codec]: number } = {
  h264: FORMAT.h264,
  hevc: FORMAT.hevc,
  vp8: FORMAT.vp8,
  vp9: FORMAT.vp9,
  av1: FORMAT.av1,
  opus: FORMAT.opus,
  aac: FORMAT.aac,
  flac: FORMAT.flac,
  mp3: FORMAT.mp3,
  jpeg: FORMAT.jpeg,
};

const NAMES = new Map<number, Codec>(Object.entries(CODES).map(([name, code]) => [code, name as Codec]));

/** The most that the header of Opus can say, in 256ths of a decibel (RFC 7845, 5.1). */
const MOST_GAIN_Q8 = 0x7fff;

/** Each frame of these decodes by itself. */
const KEYFRAME_CODECS: ReadonlySet<string> = new Set([...AUDIO_CODECS, "jpeg"]);

/**
 * Checks the shape of an encoded frame.
 *
 * @throws {RangeError} for an unknown codec, and for measures that are not whole numbers from 1 to 2^32 - 1
 */
export function assertEncodedShape(shape: Omit<EncodedShape, "maxBytes" | "keyframe">): void {
  if (typeof shape?.codec !== "string" || !Object.hasOwn(CODES, shape.codec)) {
    throw new RangeError(
      `Cannot acquire an encoded frame of codec ${describeValue(shape?.codec)}: wanted ${
        Object.keys(CODES).join(", ")
      }`,
    );
  }
  for (const what of ["width", "height", "channels", "sampleRateHz"] as const) {
    const value = shape[what];
    if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= 0xffffffff)) continue;
    throw new RangeError(
      `Cannot acquire an encoded frame: ${what} is ${describeValue(value)}, wanted a whole number from 1 to 4294967295`,
    );
  }
  gainOf(shape);
  packAspect(shape.pixelAspect);
}

/** A gain as slots have it. */
function gainOf({ codec, gainDb = 0 }: Pick<EncodedShape, "codec" | "gainDb">): number {
  const gain = Math.round(gainDb * 256);
  if (gain === 0 || (codec === "opus" && Math.abs(gain) <= MOST_GAIN_Q8)) return gain;
  throw new RangeError(
    `Cannot acquire an encoded frame: gainDb of ${codec} is ${describeValue(gainDb)}, wanted -127.99 to 127.99 of opus`,
  );
}

/** One access unit of compressed media. */
export class EncodedFrame extends Frame {
  /** @internal */
  static override readonly times: readonly string[] = [...Frame.times, "dtsNs"];
  /** What kind of frame it is. */
  override readonly kind = "encoded";
  /** @internal */
  override readonly kindCode = KIND_ENCODED;
  #view: Uint8Array | undefined;

  /** The codec of the payload. */
  get codec(): Codec {
    return NAMES.get(this.formatCode)!;
  }

  /** Whether decoding can start here. */
  get keyframe(): boolean {
    return this.hasFlag(FLAG_KEYFRAME);
  }
  set keyframe(value: boolean) {
    this.setFlag(FLAG_KEYFRAME, value);
  }

  /**
   * Whether it is decoded only for those that follow: nothing of it is shown or heard. Decoders give no picture and no
   * sound for it.
   */
  get decodeOnly(): boolean {
    return this.hasFlag(FLAG_DECODE_ONLY);
  }
  set decodeOnly(value: boolean) {
    this.setFlag(FLAG_DECODE_ONLY, value);
  }

  /**
   * When it is to be decoded: media time, nanoseconds; differs from `ptsNs` where frames are reordered, and where the start
   * of a packet of sound is not heard: what it decodes to begins here, and is heard from `ptsNs` on.
   */
  get dtsNs(): number {
    return this.pool.f64[this.at64 + DTS_NS];
  }
  set dtsNs(value: number) {
    this.pool.f64[this.at64 + DTS_NS] = value;
  }

  /** The payload, cut to its length: a view over the slot, valid as long as the frame. */
  get bytes(): Uint8Array {
    const length = this.pool.u32[this.at32 + PAYLOAD_LENGTH];
    const { payloads } = this.pool;
    if (this.#view?.length !== length || this.#view.buffer !== payloads) {
      this.#view = new Uint8Array(payloads, this.payloadAt, length);
    }
    return this.#view;
  }

  /** The format of the payload. */
  override get format(): EncodedFormat {
    const { codec } = this;
    const width = this.pool.u32[this.at32 + WIDTH];
    const height = this.pool.u32[this.at32 + HEIGHT];
    if (AUDIO_CODECS.has(codec)) {
      // It has a sign.
      const gain = this.pool.u32[this.at32 + GAIN_Q8] | 0;
      return {
        kind: "encoded",
        codec,
        ...(width > 0 && { channels: width }),
        ...(height > 0 && { sampleRateHz: height }),
        ...(gain !== 0 && { gainDb: gain / 256 }),
      };
    }
    const pixelAspect = readAspect(this.pool.u32[this.at32 + PIXEL_ASPECT]);
    return {
      kind: "encoded",
      codec,
      ...(width > 0 && { width }),
      ...(height > 0 && { height }),
      ...(pixelAspect !== undefined && { pixelAspect }),
    };
  }

  /** Copies the times of another frame, that of decoding too. */
  override copyTimes(from: Frame): void {
    super.copyTimes(from);
    this.pool.f64[this.at64 + DTS_NS] = from.pool.f64[index64(from.pool.slotOffset(from.slot) + SLOT.dtsNs)];
  }

  /**
   * Sets how many bytes the frame has. A newly acquired frame has `maxBytes`.
   *
   * @throws {RangeError} for more than the slot holds
   */
  setLength(bytes: number): void {
    this.assertFits(bytes, `${bytes} bytes of encoded media`);
    this.pool.u32[this.at32 + PAYLOAD_LENGTH] = bytes;
  }

  /**
   * Lays a frame out in a slot that was just acquired.
   *
   * @internal
   */
  shape(shape: EncodedShape): this {
    const { codec, maxBytes } = shape;
    assertEncodedShape(shape);
    this.assertFits(maxBytes, `an encoded frame of ${maxBytes} bytes`);
    this.clearHeader(KIND_ENCODED, CODES[codec]);
    const { u32 } = this.pool;
    u32[this.at32 + PAYLOAD_LENGTH] = maxBytes;
    u32[this.at32 + WIDTH] = shape.width ?? shape.channels ?? 0;
    u32[this.at32 + HEIGHT] = shape.height ?? shape.sampleRateHz ?? 0;
    u32[this.at32 + BATCH_SIZE] = 1;
    u32[this.at32 + GAIN_Q8] = gainOf(shape);
    u32[this.at32 + PIXEL_ASPECT] = packAspect(shape.pixelAspect);
    this.keyframe = shape.keyframe ?? KEYFRAME_CODECS.has(codec);
    return this;
  }
}

/** Whether decoding can start with a frame. */
export function isKeyframe({ pool, slot }: Frame): boolean {
  return (pool.u16[index16(pool.slotOffset(slot) + FLAGS)] & FLAG_KEYFRAME) !== 0;
}
