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

/** Byte offsets in the head. */
export const AT = {
  /** u32. */
  magic: 0,
  /** u8. */
  version: 4,
  /** u8, from 1: the index in `KINDS`. */
  kind: 5,
  /** u16: bits of `BIT`. */
  flags: 6,
  /** u32: bytes of the whole item. */
  totalBytes: 8,
  /** u32: the offset of the payload, a multiple of 8. */
  payloadAt: 12,
  /** f64. */
  sequence: 16,
  /** f64, nanoseconds. */
  ptsNs: 24,
  /** f64, nanoseconds. */
  durationNs: 32,
  /** f64, nanoseconds; encoded. */
  dtsNs: 40,
  /** f64, pictures a second, 0 if unknown; video. */
  frameRate: 48,
  /** u32, hertz; audio; encoded: 0 if unknown. */
  sampleRateHz: 56,
  /** u32; audio; encoded: 0 if unknown. */
  channels: 60,
  /** u32, pixels; video; encoded: 0 if unknown. */
  width: 64,
  /** u32, rows; video; encoded: 0 if unknown. */
  height: 68,
  /** u32: samples in each channel of audio, records of a packet. */
  count: 72,
  /** u16: the index in `PIXEL_FORMATS` or `CODECS`, from 1; packet: the number of fields. */
  format: 76,
  /** u16: bytes of the port's name. */
  portBytes: 78,
  /** u16: entries of metadata. */
  metadata: 80,
  /** i16: the gain that a decoder of Opus adds, in 256ths of a decibel. */
  gain: 82,
  /**
   * u32: the width of a pixel in the upper 16 bits, and its height in the lower, 0 for square pixels; video; encoded.
   */
  pixelAspect: 84,
} as const;

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
