/**
 * Encoded frames: one access unit of compressed video, or one packet of compressed audio.
 *
 * A link that drops an encoded frame also drops the frames up to the next key frame, since they cannot be decoded. In
 * some codecs each frame decodes by itself (audio codecs and JPEG): their frames are key frames unless their writer
 * says otherwise.
 *
 * In the slot's header, `width` and `height` are pixels for video codecs, channels and hertz for audio codecs, and 0 if
 * unknown. Containers store the gain of Opus beside the packets, and may do so with the pixel aspect, so each frame
 * carries both.
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

/** The shape that an encoded frame is acquired with. */
export interface EncodedShape {
  /** The codec of the payload. */
  readonly codec: Codec;
  /** The most bytes that the frame may have; `setLength()` sets its actual length. */
  readonly maxBytes: number;
  /** True if decoding can start here; by default for audio codecs and JPEG only. */
  readonly keyframe?: boolean;
  /** For video codecs: pixels in a row. */
  readonly width?: number;
  /** For video codecs: rows. */
  readonly height?: number;
  /** For audio codecs: number of channels. */
  readonly channels?: number;
  /** For audio codecs: samples a second, in hertz. */
  readonly sampleRateHz?: number;
  /** For Opus: the gain that its decoder applies, from -128 to 127 dB, in steps of 1/256; by default 0. */
  readonly gainDb?: number;
  /** For video codecs: the width of a pixel by its height, if the container gives one that is not square: `16:15`. */
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

/** The largest gain in the header of Opus, in 256ths of a decibel (RFC 7845, 5.1). */
const MOST_GAIN_Q8 = 0x7fff;

/** Codecs in which each frame decodes by itself. */
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

/** Returns a gain as slots store it. */
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
  /** The kind of the frame. */
  override readonly kind = "encoded";
  /** @internal */
  override readonly kindCode = KIND_ENCODED;
  #view: Uint8Array | undefined;

  /** The codec of the payload. */
  get codec(): Codec {
    return NAMES.get(this.formatCode)!;
  }

  /** True if decoding can start here. */
  get keyframe(): boolean {
    return this.hasFlag(FLAG_KEYFRAME);
  }
  set keyframe(value: boolean) {
    this.setFlag(FLAG_KEYFRAME, value);
  }

  /** True if the frame is decoded only for the sake of later frames. Decoders output no picture and no sound for it. */
  get decodeOnly(): boolean {
    return this.hasFlag(FLAG_DECODE_ONLY);
  }
  set decodeOnly(value: boolean) {
    this.setFlag(FLAG_DECODE_ONLY, value);
  }

  /**
   * The decoding time: media time, nanoseconds. It differs from `ptsNs` if frames are reordered, and if the start of a
   * sound packet is not heard: the decoded sound then begins here, and is heard from `ptsNs` on.
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
      // The gain is signed.
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

  /** Copies the times of another frame, including the decoding time. */
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

/** True if decoding can start with a frame. */
export function isKeyframe({ pool, slot }: Frame): boolean {
  return (pool.u16[index16(pool.slotOffset(slot) + FLAGS)] & FLAG_KEYFRAME) !== 0;
}
