/**
 * What key frames of VP8 (RFC 6386, 9.1) and VP9 (bitstream specification, 6.2) say in their headers.
 *
 * @module
 */
import { BitReader } from "./bit_reader.ts";

/** A size in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What a key frame of VP9 says. */
export interface Vp9Header extends PictureSize {
  readonly profile: number;
  readonly bitDepth: number;
}

/** The most luma samples of a picture, and the level (annex A). */
const VP9_LEVELS: readonly (readonly [number, number])[] = [
  [36_864, 10],
  [73_728, 11],
  [122_880, 20],
  [245_760, 21],
  [552_960, 30],
  [983_040, 31],
  [2_228_224, 40],
  [8_912_896, 50],
  [35_651_584, 60],
];

/** The size of a key frame of VP8. `undefined`: it is none. */
export function readVp8Size(bytes: Uint8Array): PictureSize | undefined {
  const isKeyFrame = bytes.length >= 10 && (bytes[0] & 1) === 0 && bytes[3] === 0x9d && bytes[4] === 1 &&
    bytes[5] === 0x2a;
  if (!isKeyFrame) return undefined;
  const size = { width: (bytes[6] | bytes[7] << 8) & 0x3fff, height: (bytes[8] | bytes[9] << 8) & 0x3fff };
  return size.width > 0 && size.height > 0 ? size : undefined;
}

/** What a key frame of VP9 says. `undefined`: it is none. */
export function readVp9Header(bytes: Uint8Array): Vp9Header | undefined {
  const bits = new BitReader(bytes.subarray(0, 16));
  if (bits.read(2) !== 2) return undefined;
  const profile = bits.read(1) + 2 * bits.read(1);
  if (profile === 3) bits.skip(1);
  const isShownAgain = bits.read(1) === 1;
  const isKeyFrame = bits.read(1) === 0;
  bits.skip(2);
  if (isShownAgain || !isKeyFrame || bits.read(24) !== 0x498342) return undefined;
  const bitDepth = profile < 2 ? 8 : bits.read(1) === 0 ? 10 : 12;
  const isRgb = bits.read(3) === 7;
  if (!isRgb) bits.skip(1);
  if (profile === 1 || profile === 3) bits.skip(isRgb ? 1 : 3);
  const size = { width: bits.read(16) + 1, height: bits.read(16) + 1 };
  return bits.isBeyond ? undefined : { profile, bitDepth, ...size };
}

/** The codec string of a stream (`vp09.PP.LL.DD`), with the least level that has room for its pictures. */
export function vp9CodecString({ profile, bitDepth, width, height }: Vp9Header): string {
  const level = VP9_LEVELS.find(([samples]) => width * height <= samples)?.[1] ?? 62;
  return `vp09.0${profile}.${level}.${String(bitDepth).padStart(2, "0")}`;
}
