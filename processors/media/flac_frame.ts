/**
 * The bytes of FLAC frames (RFC 9639, 9): their sums, and frames that are made in place of others.
 *
 * @module
 */
import {
  codedFlacNumber,
  FLAC_NUMBER_AT,
  type FlacFrameFormat,
  type FlacHeader,
  flacRateBytes,
  readFlacHeader,
} from "./flac_header.ts";

/** Samples of a block of silence, and the fewest of a block that is not the last one (RFC 9639, 8.2). */
const SILENT_SAMPLES = 4096;
const LEAST_SAMPLES = 16;
/** How many bytes a step of a sum takes. */
const STEP_BYTES = 8;
/** Remainders by the polynomials of RFC 9639, 9.1.8 and 9.3; of the latter also with up to 7 bytes of 0 behind. */
const HEADER_REMAINDERS = Uint8Array.from({ length: 256 }, (_, byte) => remainder(byte, 0x07, 8));
const FRAME_REMAINDERS = frameRemainders();

/** The header of a frame whose sum is right. `undefined`: there is none. */
export function readWholeHeader(
  bytes: Uint8Array,
  stream?: Pick<FlacFrameFormat, "sampleRateHz" | "bitsPerSample">,
): FlacHeader | undefined {
  const header = readFlacHeader(bytes, stream);
  return header !== undefined && headerSum(bytes.subarray(0, header.length)) === bytes[header.length]
    ? header
    : undefined;
}

/** The sum of bytes of a frame, going on from that of those before: 0 at the end of a whole frame. */
export function frameSum(bytes: Uint8Array, before = 0): number {
  const table = FRAME_REMAINDERS;
  let [sum, at] = [before, 0];
  for (; at + STEP_BYTES <= bytes.length; at += STEP_BYTES) {
    sum = table[0x700 + (bytes[at] ^ (sum >> 8))] ^ table[0x600 + (bytes[at + 1] ^ (sum & 0xff))] ^
      table[0x500 + bytes[at + 2]] ^ table[0x400 + bytes[at + 3]] ^ table[0x300 + bytes[at + 4]] ^
      table[0x200 + bytes[at + 5]] ^ table[0x100 + bytes[at + 6]] ^ table[bytes[at + 7]];
  }
  for (; at < bytes.length; at++) sum = (sum << 8) & 0xffff ^ table[sum >> 8 ^ bytes[at]];
  return sum;
}

/** The header of a frame with another number, and its sum. */
export function renumberedHeader(frame: Uint8Array, header: FlacHeader, number: number): Uint8Array {
  const behind = frame.subarray(FLAC_NUMBER_AT + header.numberBytes, header.length);
  return withHeaderSum([...frame.subarray(0, FLAC_NUMBER_AT), ...codedFlacNumber(number), ...behind]);
}

/** The two bytes that end a frame of which a sum is known. */
export function frameEnd(sum: number): Uint8Array {
  return Uint8Array.of(sum >> 8, sum & 0xff);
}

/**
 * Frames of silence.
 *
 * @param like a frame of the stream, and its header
 * @param number of the first one
 * @param missing frames, or samples of a stream whose blocks differ in size
 */
export function* silentFrames(
  like: Uint8Array,
  header: FlacHeader,
  number: number,
  missing: number,
): Generator<{ readonly bytes: Uint8Array; readonly blockSize: number }> {
  for (const end = number + missing; number < end;) {
    const left = end - number;
    const samples = left <= SILENT_SAMPLES ? left : Math.min(SILENT_SAMPLES, left - LEAST_SAMPLES);
    const blockSize = header.isVariable ? samples : header.blockSize;
    yield { bytes: silentFrame(like, header, number, blockSize), blockSize };
    number += header.isVariable ? blockSize : 1;
  }
}

/** A frame whose channels all are constant and 0, which takes bits of 0 (RFC 9639, 9.2.1 and 9.2.3). */
function silentFrame(like: Uint8Array, header: FlacHeader, number: number, blockSize: number): Uint8Array {
  const rate = like.subarray(header.length - flacRateBytes(like), header.length);
  const [rateCode, bitsCode] = [like[2] & 0x0f, like[3] & 0x0f];
  const size = [(blockSize - 1) >> 8, (blockSize - 1) & 0xff];
  const channels = (header.channels - 1) << 4;
  const start = withHeaderSum(
    [0xff, like[1], 0x70 | rateCode, channels | bitsCode, ...codedFlacNumber(number), ...size, ...rate],
  );
  const frame = new Uint8Array(start.length + Math.ceil(header.channels * (8 + header.bitsPerSample) / 8) + 2);
  frame.set(start);
  frame.set(frameEnd(frameSum(frame.subarray(0, -2))), frame.length - 2);
  return frame;
}

function withHeaderSum(bytes: readonly number[]): Uint8Array {
  return Uint8Array.of(...bytes, headerSum(bytes));
}

function headerSum(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum = HEADER_REMAINDERS[sum ^ byte];
  return sum;
}

function remainder(value: number, polynomial: number, bits: number): number {
  let rest = value << (bits - 8);
  for (let bit = 0; bit < 8; bit++) {
    const isOver = (rest & (1 << (bits - 1))) !== 0;
    rest = (rest * 2) & (2 ** bits - 1) ^ (isOver ? polynomial : 0);
  }
  return rest;
}

function frameRemainders(): Uint16Array {
  const table = new Uint16Array(STEP_BYTES * 256);
  for (let byte = 0; byte < 256; byte++) table[byte] = remainder(byte, 0x8005, 16);
  for (let at = 256; at < table.length; at++) {
    const before = table[at - 256];
    table[at] = (before << 8) & 0xffff ^ table[before >> 8];
  }
  return table;
}
