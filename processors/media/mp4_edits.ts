/**
 * Where the edit lists of MP4 and QuickTime files end their tracks (ISO/IEC 14496-12, 8.6.6): encoders of sound fill the
 * last packet up. mediabunny goes by where they begin alone.
 *
 * @module
 */
import { type Box, boxesIn, isMp4, type ReadRange } from "./mp4_check.ts";

/** The end of a track. */
export interface EditEnd {
  /** Nanoseconds since the start of the file. */
  readonly endNs: number;
  /** Less than this beyond the end is rounding. */
  readonly roundingNs: number;
}

/** The most edits that are looked at: a gap in front of a track, and the track. */
const MOST_EDITS = 2;
/** The most bytes of a box that are looked at. */
const MOST_BYTES = 64;
/** The time of an edit that shows nothing. */
const EMPTY = -1;

/**
 * The ends of the tracks that have an edit list of a single part, by the numbers that the file gives tracks. Files in
 * fragments, whose edit lists know no end, have none.
 */
export function readEditEnds(read: ReadRange, size: number): ReadonlyMap<number, EditEnd> {
  const ends = new Map<number, EditEnd>();
  const movie = isMp4(read, size) ? boxes(read, { start: 0, end: size }).get("moov")?.[0] : undefined;
  if (movie === undefined) return ends;
  const inside = boxes(read, movie);
  const units = inside.has("mvex") ? undefined : readBehindTimes(read, inside.get("mvhd")?.[0]);
  if (units === undefined) return ends;
  for (const track of inside.get("trak") ?? []) {
    const parts = boxes(read, track);
    const edits = parts.get("edts")?.[0];
    const list = edits && boxes(read, edits).get("elst")?.[0];
    const number = readBehindTimes(read, parts.get("tkhd")?.[0]);
    const end = list && readEnd(read, list);
    if (number === undefined || end === undefined) continue;
    ends.set(number, { endNs: Math.round(end / units * 1e9), roundingNs: 1e9 / units });
  }
  return ends;
}

function boxes(read: ReadRange, { start, end }: Pick<Box, "start" | "end">): Map<string, Box[]> {
  return Map.groupBy(boxesIn(read, start, end), ({ type }) => type);
}

/** What stands behind the two times of a head: units of a second of a movie, the number of a track. 0 is none. */
function readBehindTimes(read: ReadRange, head: Box | undefined): number | undefined {
  if (head === undefined) return undefined;
  const view = viewOf(read, head);
  const at = view.byteLength > 0 && view.getUint8(0) === 1 ? 20 : 12;
  return view.byteLength >= at + 4 ? view.getUint32(at) || undefined : undefined;
}

/** Where an edit list ends, in units of the movie. `undefined`: it does not say, or has several parts. */
function readEnd(read: ReadRange, list: Box): number | undefined {
  const view = viewOf(read, list);
  if (view.byteLength < 8) return undefined;
  const isLarge = view.getUint8(0) === 1;
  const [count, bytes] = [view.getUint32(4), isLarge ? 20 : 12];
  if (count === 0 || count > MOST_EDITS || view.byteLength < 8 + count * bytes) return undefined;
  let end = 0;
  for (let at = 8, k = 0; k < count; k++, at += bytes) {
    const length = isLarge ? Number(view.getBigUint64(at)) : view.getUint32(at);
    const from = isLarge ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4);
    const isLast = k === count - 1;
    if ((from === EMPTY) === isLast || length === 0) return undefined;
    end += length;
  }
  return end;
}

/** The content of a box, as far as it is looked at. */
function viewOf(read: ReadRange, { start, end }: Box): DataView {
  const bytes = end > start ? read(start, Math.min(end, start + MOST_BYTES)) : new Uint8Array();
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
