/**
 * PNG pictures (ISO/IEC 15948): written with 8 bits of red, green, blue and alpha, read with any layout of 8 bits.
 *
 * @module
 */
import { crc32, deflateSync, inflateSync } from "node:zlib";
import { joined } from "./joined.ts";

/** A picture of four bytes a pixel: red, green, blue, alpha. */
export interface RgbaPicture {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** The most pixels of a picture that is read. */
const MOST_PIXELS = 2 ** 26;
/** Samples of a pixel by colour type; those of a palette are indices. */
const SAMPLES: Readonly<Record<number, number | undefined>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PALETTE = 3;

/** Whether bytes begin as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * Writes a picture.
 *
 * @param rowBytes from the start of one row to that of the next
 * @param level 0 to 9: how hard to compress
 */
export function encodePng(
  { width, height, bytes }: RgbaPicture,
  rowBytes: number,
  level: number,
): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(height * (1 + 4 * width));
  for (let row = 0; row < height; row++) {
    const [from, to] = [row * rowBytes, row * (1 + 4 * width)];
    // Each byte less that of the pixel to its left: filter 1.
    rows[to] = 1;
    for (let i = 0; i < 4 * width; i++) {
      rows[to + 1 + i] = i < 4 ? bytes[from + i] : bytes[from + i] - bytes[from + i - 4];
    }
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint16(8, 0x0806);
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(rows, { level })),
    chunk("IEND", new Uint8Array(0)),
  ];
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/**
 * Reads a picture.
 *
 * @throws {Error} that says what is wrong with the file
 */
export function decodePng(file: Uint8Array): RgbaPicture {
  if (!isPng(file)) throw new Error("it is no PNG file");
  const chunks = readChunks(file);
  const header = chunks.find(({ type }) => type === "IHDR")?.bytes;
  if (header === undefined || header.length < 13) throw new Error('it has no chunk "IHDR"');
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [, , , , , , , , depth, colour, , , interlace] = header;
  const samples = SAMPLES[colour];
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
    throw new Error(`it has ${width} × ${height} pixels, wanted 1 to ${MOST_PIXELS} in all`);
  }
  if (depth !== 8 || samples === undefined || interlace !== 0) {
    throw new Error(
      `it has ${depth} bits, colour type ${colour} and interlace ${interlace}, wanted 8 bits and no interlace`,
    );
  }
  const rows = inflate(chunks, height * (1 + width * samples));
  unfilter(rows, width * samples, height, samples);
  const palette = colour === PALETTE ? readPalette(chunks) : undefined;
  return { width, height, bytes: toRgba(rows, width, height, samples, palette) };
}

interface Chunk {
  readonly type: string;
  readonly bytes: Uint8Array;
}

function readChunks(file: Uint8Array): Chunk[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= file.length;) {
    const length = view.getUint32(at);
    if (length > file.length - at - 12) throw new Error(`at byte ${at}, it claims ${length} bytes more than it has`);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    chunks.push({ type, bytes: file.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

function inflate(chunks: readonly Chunk[], wanted: number): Uint8Array {
  const parts = chunks.filter(({ type }) => type === "IDAT").map(({ bytes }) => bytes);
  const rows = inflateSync(joined(parts), {
    maxOutputLength: wanted,
  });
  if (rows.length < wanted) throw new Error(`it has ${rows.length} bytes of pixels, wanted ${wanted}`);
  return new Uint8Array(rows.buffer, rows.byteOffset, wanted);
}

/** Undoes the filter of each row in place (ISO/IEC 15948, 9.2). */
function unfilter(rows: Uint8Array, rowBytes: number, height: number, step: number): void {
  for (let row = 0; row < height; row++) {
    const start = row * (rowBytes + 1) + 1;
    const filter = rows[start - 1];
    if (filter > 4) throw new Error(`row ${row} has filter ${filter}, wanted 0 to 4`);
    for (let i = 0; i < rowBytes; i++) {
      const left = i < step ? 0 : rows[start + i - step];
      const above = row === 0 ? 0 : rows[start + i - rowBytes - 1];
      const corner = row === 0 || i < step ? 0 : rows[start + i - rowBytes - 1 - step];
      rows[start + i] += filter === 0
        ? 0
        : filter === 1
        ? left
        : filter === 2
        ? above
        : filter === 3
        ? Math.floor((left + above) / 2)
        : paeth(left, above, corner);
    }
  }
}

function paeth(left: number, above: number, corner: number): number {
  const [toLeft, toAbove, toCorner] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
  return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
}

function readPalette(chunks: readonly Chunk[]): Uint8Array {
  const colours = chunks.find(({ type }) => type === "PLTE")?.bytes;
  if (colours === undefined) throw new Error('it has no chunk "PLTE"');
  const alphas = chunks.find(({ type }) => type === "tRNS")?.bytes;
  const palette = new Uint8Array(1024);
  for (let k = 0; k < 256; k++) {
    palette.set(colours.subarray(3 * k, 3 * k + 3), 4 * k);
    palette[4 * k + 3] = alphas?.[k] ?? 255;
  }
  return palette;
}

function toRgba(rows: Uint8Array, width: number, height: number, samples: number, palette?: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 * width * height);
  for (let row = 0, to = 0; row < height; row++) {
    let from = row * (1 + width * samples) + 1;
    for (let column = 0; column < width; column++, from += samples, to += 4) {
      if (palette !== undefined) bytes.set(palette.subarray(4 * rows[from], 4 * rows[from] + 4), to);
      else setPixel(bytes, to, rows, from, samples);
    }
  }
  return bytes;
}

function setPixel(bytes: Uint8Array, to: number, rows: Uint8Array, from: number, samples: number): void {
  const isGrey = samples < 3;
  bytes[to] = rows[from];
  bytes[to + 1] = rows[isGrey ? from : from + 1];
  bytes[to + 2] = rows[isGrey ? from : from + 2];
  bytes[to + 3] = samples % 2 === 0 ? rows[from + samples - 1] : 255;
}

function chunk(type: string, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(12 + bytes.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, bytes.length);
  whole.set(new TextEncoder().encode(type), 4);
  whole.set(bytes, 8);
  view.setUint32(8 + bytes.length, crc32(whole.subarray(4, 8 + bytes.length)));
  return whole;
}
