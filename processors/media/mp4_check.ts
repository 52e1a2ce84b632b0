/**
 * Finds in MP4 and QuickTime files the claims that would make a reader fill the memory: more samples than the file has
 * bytes for. Layouts are those of ISO/IEC 14496-12.
 *
 * @module
 */
import { MediaFault } from "./media_fault.ts";

/** Reads bytes of the file: `0 <= start < end <=` its size. */
export type ReadRange = (start: number, end: number) => Uint8Array;

/** The most samples of a track whose sizes are not told one by one, and the most of a fragment. */
const MOST_UNLISTED = 2 ** 20;
/** How many samples more may have a time than a size, and how many chunks more may be told of than have a place. */
const MOST_UNSIZED = 2 ** 10;
/** The most boxes at the top of a file: fragments of a second for 11 days. */
const MOST_BOXES = 2 ** 21;

/** Bytes of an entry of the tables that count samples, and of those that place them. */
const ENTRY_BYTES: Readonly<Record<string, number | undefined>> = {
  ...{ stts: 8, ctts: 8, stsc: 12 },
  ...{ stco: 4, co64: 8, stss: 4 },
};

/** Boxes that hold boxes, on the way to what is checked. */
const CONTAINERS: ReadonlySet<string> = new Set(["moov", "trak", "mdia", "minf", "stbl", "moof", "traf"]);

/** A box: its type, and where its content lies. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** Where it would end, if the file went on. */
  readonly claimedEnd: number;
}

/** What a track's index claims. */
interface SampleClaims {
  /** Samples with a size, up to a limit where these have no entries of their own, and as many as are told. */
  sized: number;
  told: number;
  isListed: boolean;
  timed: number;
  shifted: number;
  /** The most of a chunk; how many chunks have a place, and which is the last one that is told of. */
  chunked: number;
  chunks: number;
  lastChunk: number;
}

/** Whether a file begins as MP4 and QuickTime files do. */
export function isMp4(read: ReadRange, size: number): boolean {
  return size >= 8 &&
    ["ftyp", "moov", "mdat", "styp", "moof", "free", "wide", "skip"].includes(typeAt(read(0, 8), 4));
}

/**
 * Checks an MP4 file; any other is left alone.
 *
 * @throws {MediaFault} for an index that claims more than the file can hold
 */
export function checkMp4(read: ReadRange, size: number): void {
  if (!isMp4(read, size)) return;
  let count = 0;
  for (const box of boxesIn(read, 0, size)) {
    if (++count > MOST_BOXES) throw new MediaFault(`it has more than ${MOST_BOXES} parts`);
    if (box.type === "moov" || box.type === "moof") checkContainer(read, box);
  }
}

function checkContainer(read: ReadRange, container: Box): void {
  const claims: SampleClaims = {
    sized: 0,
    told: 0,
    isListed: false,
    timed: 0,
    shifted: 0,
    chunked: 0,
    chunks: 0,
    lastChunk: 0,
  };
  for (const box of boxesIn(read, container.start, container.end)) {
    if (CONTAINERS.has(box.type)) checkContainer(read, box);
    else if (box.type === "trun") checkFragment(read, box);
    else if (container.type === "stbl") readClaims(read, box, claims);
  }
  const most = claims.isListed ? claims.sized : Math.max(claims.sized, MOST_UNLISTED);
  // Readers go through each sample where pictures are reordered, and not with sound as plain samples.
  const found = claims.shifted === 0 ? 0 : Math.max(claims.timed, claims.shifted);
  if (found > most) throw tooMany(container, found, most);
  const mostTimed = claims.isListed ? claims.told + MOST_UNSIZED : Math.max(claims.told, MOST_UNLISTED);
  if (claims.timed > mostTimed) throw tooMany(container, claims.timed, claims.told);
  if (claims.lastChunk > claims.chunks + MOST_UNSIZED) {
    throw new MediaFault(`at byte ${container.start}, "stbl" tells of chunk ${claims.lastChunk} of ${claims.chunks}`);
  }
  if (claims.chunked > most) throw tooMany(container, claims.chunked, most);
}

function readClaims(read: ReadRange, { type, start, end }: Box, claims: SampleClaims): void {
  if (end - start < 8) return;
  if (type === "stsz" && end - start >= 12) {
    const view = viewOf(read(start, start + 12));
    claims.sized = claims.told = view.getUint32(8);
    claims.isListed = view.getUint32(4) === 0;
    if (!claims.isListed) claims.sized = Math.min(claims.sized, MOST_UNLISTED);
    if (claims.isListed && claims.sized * 4 > end - start - 12) {
      throw tooMany({ type, start }, claims.sized, (end - start) / 4);
    }
  }
  const width = ENTRY_BYTES[type];
  if (width === undefined) return;
  const entries = viewOf(read(start + 4, start + 8)).getUint32(0);
  if (entries * width > end - start - 8) throw tooMany({ type, start }, entries, (end - start) / width);
  if (entries === 0) return;
  if (type === "stco" || type === "co64") claims.chunks = entries;
  const table = viewOf(read(start + 8, start + 8 + entries * width));
  for (let entry = 0; entry < entries; entry++) {
    if (type === "stts") claims.timed += table.getUint32(entry * width);
    else if (type === "ctts") claims.shifted += table.getUint32(entry * width);
    else if (type === "stsc") {
      claims.chunked = Math.max(claims.chunked, table.getUint32(entry * width + 4));
      claims.lastChunk = Math.max(claims.lastChunk, table.getUint32(entry * width));
    }
  }
}

function checkFragment(read: ReadRange, { type, start, end }: Box): void {
  if (end - start < 8) return;
  const samples = viewOf(read(start + 4, start + 8)).getUint32(0);
  if (samples > MOST_UNLISTED) throw tooMany({ type, start }, samples, MOST_UNLISTED);
}

/** The boxes from one place of a file to another. One that leads beyond the end is the last. */
export function* boxesIn(read: ReadRange, from: number, end: number): Generator<Box> {
  let at = from;
  while (at + 8 <= end) {
    const head = viewOf(read(at, Math.min(end, at + 16)));
    let [length, content] = [head.getUint32(0), at + 8];
    if (length === 1 && head.byteLength >= 16) {
      length = head.getUint32(8) * 2 ** 32 + head.getUint32(12);
      content = at + 16;
    }
    const claimedEnd = length === 0 ? end : at + length;
    const next = Math.min(end, claimedEnd);
    if (next < content) return;
    const type = typeAt(new Uint8Array(head.buffer, head.byteOffset, head.byteLength), 4);
    yield { type, start: content, end: next, claimedEnd };
    at = next;
  }
}

function typeAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tooMany({ type, start }: Pick<Box, "type" | "start">, found: number, most: number): MediaFault {
  return new MediaFault(
    `at byte ${start}, "${type}" claims ${found} samples, and the file has room for ${Math.floor(most)}`,
  );
}
