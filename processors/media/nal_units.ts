/**
 * H.264 byte streams (ITU-T H.264, Annex B): their NAL units, and what a file has to know of them.
 *
 * @module
 */
import { type PixelAspect, pixelAspectOf } from "../../core/frames/pixel_aspect.ts";
import { BitReader } from "./bit_reader.ts";

/** Types of NAL units (table 7-1). */
export const NAL = { idr: 5, sps: 7, pps: 8, accessUnitDelimiter: 9 } as const;

/** Profiles whose sequence parameter sets tell of chroma and bit depth (7.3.2.1.1). */
const HIGH_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** What a sequence parameter set says. */
export interface SequenceParameters {
  readonly profile: number;
  readonly compatibility: number;
  readonly level: number;
  /** 0: none, 1: 4:2:0, 2: 4:2:2, 3: 4:4:4. */
  readonly chromaFormat: number;
  readonly lumaBits: number;
  readonly chromaBits: number;
  /** Pixels in a row, and rows, after cropping. */
  readonly width: number;
  readonly height: number;
  /** Whether pictures may be coded as fields. */
  readonly interlaced: boolean;
  /** How wide a pixel is by its height; absent for square ones, and where it is not told. */
  readonly pixelAspect?: PixelAspect;
}

/** Widths and heights of pixels by their codes (table E-1), from 1 on. */
const PIXEL_ASPECTS = "1:1 12:11 10:11 16:11 40:33 24:11 20:11 32:11 80:33 18:11 15:11 64:33 160:99 4:3 3:2 2:1".split(
  " ",
);
/** The code for a width and a height that follow. */
const OWN_ASPECT = 255;

/** The type of a NAL unit. */
export function nalType(unit: Uint8Array): number {
  return unit[0] & 0x1f;
}

/** The NAL units of a byte stream, as views of it, without start codes and the zeros behind them. */
export function splitNalUnits(bytes: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let start = -1;
  for (let i = 2; i < bytes.length; i++) {
    // Most bytes are neither 0 nor 1, and then no start code ends here or at the next two.
    if (bytes[i] > 1) {
      i += 2;
      continue;
    }
    if (bytes[i] !== 1 || bytes[i - 1] !== 0 || bytes[i - 2] !== 0) continue;
    if (start >= 0) addUnit(units, bytes, start, i - 2);
    start = i + 1;
  }
  if (start >= 0) addUnit(units, bytes, start, bytes.length);
  return units;
}

function addUnit(units: Uint8Array[], bytes: Uint8Array, start: number, end: number): void {
  while (end > start && bytes[end - 1] === 0) end--;
  if (end > start) units.push(bytes.subarray(start, end));
}

/** NAL units each behind its length of 4 bytes, as MP4 and Matroska hold them. */
export function joinLengthPrefixed(units: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(units.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(joined.buffer);
  let at = 0;
  for (const unit of units) {
    view.setUint32(at, unit.length);
    joined.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return joined;
}

/** The byte stream of NAL units that stand behind their lengths. `undefined`: a length leads beyond the end. */
export function splitLengthPrefixed(bytes: Uint8Array, lengthBytes: number): Uint8Array[] | undefined {
  const units: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + lengthBytes > bytes.length) return undefined;
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + bytes[at + i];
    at += lengthBytes;
    if (length > bytes.length - at) return undefined;
    if (length > 0) units.push(bytes.subarray(at, at + length));
    at += length;
  }
  return units;
}

/** A byte stream of NAL units. */
export function joinByteStream(units: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(units.reduce((sum, { length }) => sum + 4 + length, 0));
  let at = 0;
  for (const unit of units) {
    joined[at + 3] = 1;
    joined.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return joined;
}

/** The decoder configuration record `avcC` (ISO/IEC 14496-15, 5.3.3.1) of parameter sets. */
export function avcConfiguration(spsUnits: readonly Uint8Array[], ppsUnits: readonly Uint8Array[]): Uint8Array {
  const [sps] = spsUnits;
  const parameters = readSequenceParameters(sps);
  const { profile, compatibility, level, chromaFormat, lumaBits, chromaBits } = parameters!;
  const bytes = [1, profile, compatibility, level, 0xff, 0xe0 | spsUnits.length];
  for (const unit of spsUnits) bytes.push(unit.length >> 8, unit.length & 0xff, ...unit);
  bytes.push(ppsUnits.length);
  for (const unit of ppsUnits) bytes.push(unit.length >> 8, unit.length & 0xff, ...unit);
  if (HIGH_PROFILES.has(profile)) bytes.push(0xfc | chromaFormat, 0xf8 | (lumaBits - 8), 0xf8 | (chromaBits - 8), 0);
  return Uint8Array.from(bytes);
}

/** Parameter sets of a stream, and how long the lengths in front of its NAL units are. */
export interface ParameterSets {
  readonly units: readonly Uint8Array[];
  readonly lengthBytes: number;
}

/** What an `avcC` says. `undefined`: it is faulty. */
export function readAvcConfiguration(bytes: Uint8Array): ParameterSets | undefined {
  if (bytes.length < 7 || bytes[0] !== 1) return undefined;
  const units: Uint8Array[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    let count = bytes[at++] & mask;
    for (; count > 0; count--) {
      const length = bytes[at] * 256 + bytes[at + 1];
      if (!(at + 2 + length <= bytes.length) || length === 0) return undefined;
      units.push(bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return { units, lengthBytes: (bytes[4] & 3) + 1 };
}

/** What an `hvcC` says (ISO/IEC 14496-15, 8.3.3.1). `undefined`: it is faulty. */
export function readHevcConfiguration(bytes: Uint8Array): ParameterSets | undefined {
  if (bytes.length < 23 || bytes[0] !== 1) return undefined;
  const units: Uint8Array[] = [];
  let at = 23;
  for (let arrays = bytes[22]; arrays > 0; arrays--) {
    let count = bytes[at + 1] * 256 + bytes[at + 2];
    at += 3;
    for (; count > 0; count--) {
      const length = bytes[at] * 256 + bytes[at + 1];
      if (!(at + 2 + length <= bytes.length) || length === 0) return undefined;
      units.push(bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return { units, lengthBytes: (bytes[21] & 3) + 1 };
}

/** Reads a sequence parameter set (7.3.2.1.1). `undefined`: it is cut off or contradicts itself. */
export function readSequenceParameters(unit: Uint8Array): SequenceParameters | undefined {
  if (unit.length < 5) return undefined;
  const [, profile, compatibility, level] = unit;
  const bits = new BitReader(withoutEmulation(unit.subarray(4)));
  bits.unsigned();
  let [chromaFormat, lumaBits, chromaBits] = [1, 8, 8];
  if (HIGH_PROFILES.has(profile)) {
    chromaFormat = bits.unsigned();
    if (chromaFormat === 3) bits.skip(1);
    lumaBits = 8 + bits.unsigned();
    chromaBits = 8 + bits.unsigned();
    bits.skip(1);
    if (bits.read(1) === 1) skipScalingLists(bits, chromaFormat === 3 ? 12 : 8);
  }
  bits.unsigned();
  skipOrderCount(bits);
  bits.unsigned();
  bits.skip(1);
  const widthUnits = bits.unsigned() + 1;
  const heightUnits = bits.unsigned() + 1;
  const fields = 2 - bits.read(1);
  if (fields === 2) bits.skip(1);
  bits.skip(1);
  const crop = bits.read(1) === 1 ? [0, 0, 0, 0].map(() => bits.unsigned()) : [0, 0, 0, 0];
  const [stepX, stepY] = [chromaFormat === 1 || chromaFormat === 2 ? 2 : 1, (chromaFormat === 1 ? 2 : 1) * fields];
  const width = widthUnits * 16 - (crop[0] + crop[1]) * stepX;
  const height = heightUnits * 16 * fields - (crop[2] + crop[3]) * stepY;
  const pixelAspect = readPixelAspect(bits);
  const isSane = !bits.isBeyond && chromaFormat <= 3 && lumaBits <= 14 && chromaBits <= 14 &&
    width > 0 && height > 0 && width <= 65_535 && height <= 65_535;
  const interlaced = fields === 2;
  return isSane
    ? {
      ...{ profile, compatibility, level, chromaFormat, lumaBits, chromaBits, width, height, interlaced },
      ...(pixelAspect !== undefined && { pixelAspect }),
    }
    : undefined;
}

/** Reads how wide pixels are, at the start of what is said of the use of pictures (E.1.1). */
function readPixelAspect(bits: BitReader): PixelAspect | undefined {
  const isTold = bits.read(1) === 1 && bits.read(1) === 1;
  if (!isTold) return undefined;
  const code = bits.read(8);
  const [width, height] = code === OWN_ASPECT
    ? [bits.read(16), bits.read(16)]
    : PIXEL_ASPECTS[code - 1]?.split(":").map(Number) ?? [1, 1];
  return pixelAspectOf(width, height);
}

function skipScalingLists(bits: BitReader, lists: number): void {
  for (let list = 0; list < lists; list++) {
    if (bits.read(1) === 0) continue;
    let [last, next] = [8, 8];
    for (let i = 0; i < (list < 6 ? 16 : 64) && !bits.isBeyond; i++) {
      if (next !== 0) next = (last + bits.signed() + 256) & 0xff;
      if (next !== 0) last = next;
    }
  }
}

/** Skips what tells how the order of pictures is counted (`pic_order_cnt_type`). */
function skipOrderCount(bits: BitReader): void {
  const type = bits.unsigned();
  if (type === 0) return void bits.unsigned();
  if (type !== 1) return;
  bits.skip(1);
  bits.signed();
  bits.signed();
  const cycle = bits.unsigned();
  for (let i = 0; i < cycle && !bits.isBeyond; i++) bits.signed();
}

/** A unit's payload without the bytes that keep start codes out of it (7.4.1). */
export function withoutEmulation(bytes: Uint8Array): Uint8Array {
  const plain: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    plain.push(byte);
  }
  return Uint8Array.from(plain);
}
