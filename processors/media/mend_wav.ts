/**
 * Shows a WAV file as its header is read by `wav-source`: with a plain header and right sizes, its tags, and then the
 * samples that there are. Whatever reads it finds the same samples, also those of RIFX, whose bytes are swapped.
 *
 * @module
 */
import type { SluiceErrorDetails } from "../../core/errors.ts";
import { swapBytes } from "../file/byte_order.ts";
import type { ByteReader } from "../file/wav_bytes.ts";
import type { WavChunk } from "../file/wav_chunks.ts";
import { bytesPerSample } from "../file/wav_format.ts";
import { readWavContent, type WavContent } from "../file/wav_header.ts";
import { type MendedView, PieceView } from "./mended_view.ts";
import type { ReadRange } from "./mp4_check.ts";

/** Bytes of the header of a chunk, and of the content of the chunks that are written anew. */
const [CHUNK_BYTES, SIZES_BYTES, FMT_BYTES] = [8, 28, 16];
/** What a chunk with tags has at least, the header of ID3, and at most. */
const [LEAST_TAG_BYTES, MOST_TAG_BYTES] = [10, 2 ** 24];
/** A size that `ds64` tells in place of the chunk itself. */
const IN_DS64 = 0xffffffff;

/**
 * A view of a WAV file. `undefined`: the file is another one.
 *
 * @throws {SluiceError} `InvalidMedia`, naming the file and the byte, where no samples are found
 */
export function mendWav(
  read: ReadRange,
  size: number,
  path: string,
  details: SluiceErrorDetails,
): MendedView | undefined {
  if (size < 12 || !isWav(read(0, 12))) return undefined;
  const content = readWavContent(bytesOf(read, size), path, details);
  const { data, header, fmt, isBigEndian } = content;
  const tags = content.tags.filter((chunk) => isWhole(read, chunk, isBigEndian));
  const dataBytes = header === undefined ? data.size - data.size % fmt.blockAlign : header.sampleCount * fmt.blockAlign;
  const view = new PieceView(isBigEndian ? swapped(read, content) : read, dataBytes > IN_DS64);
  const tagBytes = tags.reduce((sum, chunk) => sum + CHUNK_BYTES + padded(chunk.size), 0);
  view.put(headerBytes(content, tagBytes, dataBytes));
  for (const { offset, size: bytes } of tags) {
    view.keep(offset - CHUNK_BYTES, offset + bytes);
    if (bytes % 2 === 1) view.put(new Uint8Array(1));
  }
  view.put(chunkHeader("data", Math.min(dataBytes, IN_DS64), isBigEndian));
  view.keep(data.offset, data.offset + dataBytes);
  for (const fault of header?.faults ?? content.faults) view.say(fault);
  return view;
}

/** Whether tags fit into their chunk: mediabunny refuses a file for a text that does not. */
function isWhole(read: ReadRange, { offset, size }: WavChunk, isBigEndian: boolean): boolean {
  if (size < LEAST_TAG_BYTES || size > MOST_TAG_BYTES) return false;
  const bytes = read(offset - CHUNK_BYTES, offset + size);
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== "LIST") return true;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let at = CHUNK_BYTES + 4;
  while (at + CHUNK_BYTES <= bytes.length) at += CHUNK_BYTES + padded(view.getUint32(at + 4, !isBigEndian));
  // The last one may lack its padding.
  return at <= bytes.length + 1;
}

function isWav(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes);
  return ["RIFF", "RIFX", "RF64", "BW64"].includes(text.slice(0, 4)) && text.endsWith("WAVE");
}

function bytesOf(read: ReadRange, size: number): ByteReader {
  return {
    byteLength: size,
    readAt(offset, target) {
      const end = Math.min(size, offset + target.length);
      if (end <= offset) return 0;
      target.set(read(offset, end));
      return end - offset;
    },
  };
}

/** All up to the tags: RF64, whose `ds64` has room for every size, or RIFX. */
function headerBytes({ isBigEndian, fmt }: WavContent, tagBytes: number, dataBytes: number): Uint8Array {
  const sizesBytes = isBigEndian ? 0 : CHUNK_BYTES + SIZES_BYTES;
  const riffBytes = 4 + sizesBytes + CHUNK_BYTES + FMT_BYTES + tagBytes + CHUNK_BYTES + dataBytes;
  const sizes = new DataView(new ArrayBuffer(SIZES_BYTES));
  sizes.setBigUint64(0, BigInt(riffBytes), true);
  sizes.setBigUint64(8, BigInt(dataBytes), true);
  sizes.setBigUint64(16, BigInt(dataBytes / fmt.blockAlign), true);
  const format = new DataView(new ArrayBuffer(FMT_BYTES));
  format.setUint16(0, fmt.tag, !isBigEndian);
  format.setUint16(2, fmt.channels, !isBigEndian);
  format.setUint32(4, fmt.sampleRateHz, !isBigEndian);
  format.setUint32(8, Math.min(fmt.sampleRateHz * fmt.blockAlign, IN_DS64), !isBigEndian);
  format.setUint16(12, fmt.blockAlign, !isBigEndian);
  format.setUint16(14, fmt.bits, !isBigEndian);
  return Uint8Array.from([
    ...chunkHeader(isBigEndian ? "RIFX" : "RF64", isBigEndian ? riffBytes : IN_DS64, isBigEndian),
    ...new TextEncoder().encode("WAVE"),
    ...(isBigEndian ? [] : [...chunkHeader("ds64", SIZES_BYTES, false), ...new Uint8Array(sizes.buffer)]),
    ...chunkHeader("fmt ", FMT_BYTES, isBigEndian),
    ...new Uint8Array(format.buffer),
  ]);
}

function chunkHeader(name: string, size: number, isBigEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(CHUNK_BYTES);
  bytes.set(new TextEncoder().encode(name));
  new DataView(bytes.buffer).setUint32(4, size, !isBigEndian);
  return bytes;
}

/** Reads with the samples in little-endian order. No read of the view crosses where they begin. */
function swapped(read: ReadRange, { data, header }: WavContent): ReadRange {
  const width = header === undefined ? 1 : bytesPerSample(header.format.sampleFormat);
  return (start, end) => {
    if (start < data.offset) return read(start, end);
    const before = (start - data.offset) % width;
    const after = (width - (end - data.offset) % width) % width;
    const bytes = read(start - before, Math.min(end + after, data.offset + data.size));
    swapBytes(bytes, width);
    return bytes.subarray(before, before + end - start);
  };
}

function padded(size: number): number {
  return size + size % 2;
}
