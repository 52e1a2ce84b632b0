/**
 * The binary framing of items; `docs/transports.md` describes it for other languages. All numbers are little-endian. An
 * item is a head of {@linkcode HEAD_BYTES}, its labels, padding to a multiple of 8, and its payload.
 *
 * @module
 */

/** `SLTD`, read as a u32. */
export const MAGIC = 0x44544c53;

/** The version of the framing. */
export const FRAMING_VERSION = 1;

/** Bytes of the head. */
export const HEAD_BYTES = 96;

/** The byte offset of the version, a u8. */
export const VERSION_AT = 4;

/** The byte offset of the kind, a u8, from 1: the index in `KINDS`. */
export const KIND_AT = 5;

/** The numbers of the head, each with its byte offset and its type. A number that an item lacks is 0. */
const NUMBERS = {
  magic: [0, "Uint32"],
  /** Bits of `BIT`. */
  flags: [6, "Uint16"],
  /** Bytes of the whole item. */
  totalBytes: [8, "Uint32"],
  /** The offset of the payload, a multiple of 8. */
  payloadAt: [12, "Uint32"],
  sequence: [16, "Float64"],
  ptsNs: [24, "Float64"],
  durationNs: [32, "Float64"],
  /** Encoded. */
  dtsNs: [40, "Float64"],
  /** Pictures a second, 0 if unknown; video. */
  frameRate: [48, "Float64"],
  /** Audio; encoded: 0 if unknown. */
  sampleRateHz: [56, "Uint32"],
  /** Audio; encoded: 0 if unknown. */
  channels: [60, "Uint32"],
  /** Pixels; video; encoded: 0 if unknown. */
  width: [64, "Uint32"],
  /** Rows; video; encoded: 0 if unknown. */
  height: [68, "Uint32"],
  /** Samples in each channel of audio, records of a packet. */
  count: [72, "Uint32"],
  /** The index in `PIXEL_FORMATS` or `CODECS`, from 1; packet: the number of fields. */
  format: [76, "Uint16"],
  /** Bytes of the port's name. */
  portBytes: [78, "Uint16"],
  /** Entries of metadata. */
  metadata: [80, "Uint16"],
  /** The gain that a decoder of Opus adds, in 256ths of a decibel. */
  gain: [82, "Int16"],
  /** The width of a pixel in the upper 16 bits, its height in the lower, 0 for square pixels; video; encoded. */
  pixelAspect: [84, "Uint32"],
} as const;

/** A number of the head. */
export type HeadNumber = keyof typeof NUMBERS;

/** Reads a number of the head. */
export function readNumber(view: DataView, name: HeadNumber): number {
  const [at, type] = NUMBERS[name];
  return view[`get${type}`](at, true);
}

/** Writes numbers of the head. */
export function writeNumbers(view: DataView, numbers: { readonly [name in HeadNumber]?: number }): void {
  for (const [name, [at, type]] of Object.entries(NUMBERS)) {
    view[`set${type}`](at, numbers[name as HeadNumber] ?? 0, true);
  }
}

/** Bits of the flags. Each `has…` bit marks its field as valid. */
export const BIT = {
  hasPort: 1,
  hasSequence: 2,
  hasPts: 4,
  hasDuration: 8,
  hasDts: 16,
  discontinuity: 32,
  hasKeyframe: 64,
  keyframe: 128,
  decodeOnly: 256,
} as const;

/** Kinds of payload; their codes count from 1. */
export const KINDS = ["audio", "video", "encoded", "packet", "data", "text", "bytes", "end"] as const;

/** Pixel formats; their codes count from 1. */
export const PIXEL_FORMATS = ["rgba8", "bgra8", "nv12", "i420"] as const;

/** Codecs; their codes count from 1. */
export const CODECS = ["h264", "hevc", "vp8", "vp9", "av1", "opus", "aac", "flac", "mp3", "jpeg"] as const;

/** Types of columns; their codes count from 1. */
export const COLUMN_TYPES = ["f64", "f32", "i32", "u32", "u8"] as const;

/** Default limit for an item, bytes. */
export const MAX_ITEM_BYTES = 16 * 2 ** 20;

/** Default limit for a value of kind `data`, bytes: its objects take many times as much memory. */
export const MAX_VALUE_BYTES = 2 ** 20;

/** Returns the next multiple of 8. */
export function pad8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
