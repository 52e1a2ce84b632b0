/**
 * The headers of FLAC (RFC 9639): of a stream, and of its frames.
 *
 * @module
 */
import { BitReader, BitWriter } from "./bit_reader.ts";

/** What the header of a frame says of its sound. */
export interface FlacFrameFormat {
  /** Hertz. */
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  /** Samples in each channel. */
  readonly blockSize: number;
}

/** The header of a frame. */
export interface FlacHeader extends FlacFrameFormat {
  /** Whether blocks differ in size: the number is that of the first sample then, and else that of the frame. */
  readonly isVariable: boolean;
  readonly number: number;
  /** Bytes of the number, and of the header without its sum. */
  readonly numberBytes: number;
  readonly length: number;
}

/** The most bytes of a header with its sum. */
export const FLAC_HEADER_BYTES = 16;
/** Where the number stands. */
export const FLAC_NUMBER_AT = 4;

const RATES = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
const BITS = [0, 8, 12, undefined, 16, 20, 24, 32];

/**
 * Reads the header of a frame (RFC 9639, 9.1). `undefined`: it is none, or refers to a stream header.
 *
 * @param stream what the stream header says, for frames that refer to it
 */
export function readFlacHeader(
  bytes: Uint8Array,
  stream?: Pick<FlacFrameFormat, "sampleRateHz" | "bitsPerSample">,
): FlacHeader | undefined {
  if (bytes.length < 6 || bytes[0] !== 0xff || (bytes[1] & 0xfe) !== 0xf8) return undefined;
  const [blockCode, rateCode, channelCode] = [bytes[2] >> 4, bytes[2] & 15, bytes[3] >> 4];
  const bits = BITS[Math.floor((bytes[3] & 0x0f) / 2)];
  const coded = readCodedNumber(bytes);
  if (coded === undefined || channelCode > 10 || bits === undefined || (bytes[3] & 1) !== 0) return undefined;
  const reader = new BitReader(bytes, FLAC_NUMBER_AT + coded.bytes);
  const blockSize = readBlockSize(blockCode, reader);
  const sampleRateHz = readRate(rateCode, reader) || (rateCode === 0 ? stream?.sampleRateHz ?? 0 : 0);
  const bitsPerSample = bits || (stream?.bitsPerSample ?? 0);
  if (reader.isBeyond || blockSize === 0 || sampleRateHz === 0 || bitsPerSample === 0) return undefined;
  const codeBytes = (blockCode === 6 ? 1 : blockCode === 7 ? 2 : 0) + flacRateBytes(bytes);
  return {
    sampleRateHz,
    channels: channelCode < 8 ? channelCode + 1 : 2,
    bitsPerSample,
    blockSize,
    isVariable: (bytes[1] & 1) !== 0,
    number: coded.number,
    numberBytes: coded.bytes,
    length: FLAC_NUMBER_AT + coded.bytes + codeBytes,
  };
}

/** How many bytes at the end of a frame's header tell a rate that has no code. */
export function flacRateBytes(header: Uint8Array): number {
  const code = header[2] & 15;
  return code === 12 ? 1 : code === 13 || code === 14 ? 2 : 0;
}

/** A number as headers of frames have it: as in UTF-8, with up to 36 bits (RFC 9639, 9.1.5). */
export function codedFlacNumber(number: number): number[] {
  if (number < 0x80) return [number];
  let count = 2;
  while (number >= 2 ** (5 * count + 1)) count++;
  const bytes = Array.from({ length: count - 1 }, (_, k) => 0x80 | Math.floor(number / 64 ** (count - 2 - k)) % 64);
  const ones = (0xff00 >> count) & 0xff;
  return [ones | Math.floor(number / 64 ** (count - 1)), ...bytes];
}

/** Bits of a sample by `fLaC` and the block STREAMINFO (RFC 9639, 8.2); `undefined` for anything else. */
export function flacStreamBits(header: Uint8Array): number | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  return header.length < 42 || view.getUint32(0) !== 0x664c6143 ? undefined : ((view.getUint16(20) >> 4) & 31) + 1;
}

/** Enters the samples of a stream in the content of its block STREAMINFO: 0, for unknown, from 2^36 on. */
export function enterFlacSamples(info: Uint8Array, samples: number): void {
  const told = samples < 2 ** 36 ? samples : 0;
  info[13] = (info[13] & 0xf0) | Math.floor(told / 2 ** 32);
  new DataView(info.buffer, info.byteOffset).setUint32(14, told % 2 ** 32);
}

/** `fLaC` and the block STREAMINFO (RFC 9639, 8.2) of a stream whose length and sum are not known. */
export function flacStreamHeader({ sampleRateHz, channels, bitsPerSample }: FlacFrameFormat): Uint8Array {
  const header = new BitWriter().write(32, 0x664c6143).write(8, 0x80).write(24, 34);
  header.write(16, 16).write(16, 65_535).write(24, 0).write(24, 0);
  header.write(20, sampleRateHz).write(3, channels - 1).write(5, bitsPerSample - 1);
  const bytes = new Uint8Array(42);
  bytes.set(header.bytes);
  return bytes;
}

/** The number of a frame. The ones at the start of its first byte tell its length. */
function readCodedNumber(bytes: Uint8Array): { readonly number: number; readonly bytes: number } | undefined {
  const first = bytes[FLAC_NUMBER_AT];
  const ones = Math.clz32(~(first << 24));
  if (ones === 0) return { number: first, bytes: 1 };
  if (ones === 1 || ones > 7) return undefined;
  let number = first & (0x7f >> ones);
  for (let k = 1; k < ones; k++) {
    const byte = bytes[FLAC_NUMBER_AT + k] ?? 0;
    if ((byte & 0xc0) !== 0x80) return undefined;
    number = number * 64 + (byte & 0x3f);
  }
  return { number, bytes: ones };
}

function readBlockSize(code: number, bits: BitReader): number {
  if (code === 0) return 0;
  if (code === 1) return 192;
  if (code <= 5) return 576 * 2 ** (code - 2);
  if (code === 6) return bits.read(8) + 1;
  if (code === 7) return bits.read(16) + 1;
  return 256 * 2 ** (code - 8);
}

function readRate(code: number, bits: BitReader): number {
  if (code < 12) return RATES[code];
  if (code === 12) return bits.read(8) * 1000;
  return code === 13 ? bits.read(16) : code === 14 ? bits.read(16) * 10 : 0;
}
