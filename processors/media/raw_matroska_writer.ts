/**
 * Writes the Matroska that ffmpeg reads from a pipe: streams of raw pictures and samples, with their times (RFC 9559).
 *
 * @module
 */
import type { AudioFormat, VideoFormat } from "../../core/frames/format.ts";
import { ID } from "./ebml.ts";
import { joined } from "./joined.ts";

/** Nanoseconds of a tick. */
const SCALE_NS = 1000;
/** A length that is not known. */
const UNKNOWN = Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
/** Bytes of a length. */
const LENGTH_BYTES = 8;
/** The unit of sizes that tell a shape alone. */
const DISPLAY_ASPECT = 3;
/** A stream to be written: pictures of `i420`, or samples as interleaved floats. */
export interface WrittenTrack {
  readonly format: VideoFormat | AudioFormat;
  /** The levels of luma. */
  readonly range?: "limited" | "full";
}

/** What stands before the first block. Tracks have their numbers from 1. */
export function writeHead(tracks: readonly WrittenTrack[]): Uint8Array<ArrayBuffer> {
  return joined([
    element(ID.header, element(ID.docType, text("matroska"))),
    joined([unsigned(ID.segment), UNKNOWN]),
    element(ID.info, element(ID.timestampScale, unsigned(SCALE_NS))),
    element(ID.tracks, ...tracks.map((track, k) => trackEntry(track, k + 1))),
  ]);
}

/**
 * A block, in a cluster of its own.
 *
 * @param track its number, from 1 to 126
 * @param timeNs from 0
 */
export function writeBlock(track: number, timeNs: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isKey = 0x80;
  const block = element(ID.simpleBlock, Uint8Array.of(0x80 | track, 0, 0, isKey), bytes);
  return element(ID.cluster, element(ID.timestamp, unsigned(Math.round(timeNs / SCALE_NS))), block);
}

function trackEntry({ format, range }: WrittenTrack, number: number): Uint8Array<ArrayBuffer> {
  const isVideo = format.kind === "video";
  return element(
    ID.trackEntry,
    element(ID.trackNumber, unsigned(number)),
    element(ID.trackUid, unsigned(number)),
    element(ID.trackType, unsigned(isVideo ? 1 : 2)),
    element(ID.codecId, text(isVideo ? "V_UNCOMPRESSED" : "A_PCM/FLOAT/IEEE")),
    isVideo
      ? element(
        ID.video,
        element(ID.width, unsigned(format.width)),
        element(ID.height, unsigned(format.height)),
        displayShape(format),
        element(ID.colourSpace, text("I420")),
        element(ID.colour, element(ID.range, unsigned(range === "full" ? 2 : 1))),
      )
      : element(
        ID.audio,
        element(ID.sampleRate, float(format.sampleRateHz)),
        element(ID.channels, unsigned(format.channels)),
        element(ID.bitDepth, unsigned(32)),
      ),
  );
}

/** The shape in which pictures are shown (RFC 9559, 5.1.4.1.28.14), where pixels are not square. */
function displayShape({ width, height, pixelAspect }: VideoFormat): Uint8Array {
  if (pixelAspect === undefined) return new Uint8Array(0);
  const [across, down] = pixelAspect.split(":").map(Number);
  return joined([
    element(ID.displayWidth, unsigned(across * width)),
    element(ID.displayHeight, unsigned(down * height)),
    element(ID.displayUnit, unsigned(DISPLAY_ASPECT)),
  ]);
}

function element(id: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const length = new Uint8Array(LENGTH_BYTES);
  const view = new DataView(length.buffer);
  view.setUint32(0, 0x01000000 + Math.floor(bytes / 2 ** 32));
  view.setUint32(4, bytes % 2 ** 32);
  return joined([unsigned(id), length, ...parts]);
}

function unsigned(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

function float(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
