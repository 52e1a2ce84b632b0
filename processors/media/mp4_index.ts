/**
 * Gives an MP4 file that was recorded in fragments one index, without moving its media: the index is appended, and a
 * head of 16 bytes makes everything between the start of the file and the index plain media. Until that is written the
 * file is one in fragments, and afterwards none. The head is written once the disk has everything else, so that a file
 * plays after a loss of power too.
 *
 * @module
 */
import { joined } from "./joined.ts";
import { type Box, boxesIn } from "./mp4_check.ts";
import { box, fullBox, mediaDataHead, numbers } from "./mp4_boxes.ts";
import { SampleTable } from "./sample_table.ts";

/** Flags of `tfhd` and `trun` (ISO/IEC 14496-12, 8.8.7 and 8.8.8), and of a sample that is no key frame. */
const TRACK = { baseAt: 1, description: 2, duration: 8, size: 16, flags: 32 } as const;
const RUN = { offset: 1, firstFlags: 4, duration: 0x100, size: 0x200, flags: 0x400, shift: 0x800 } as const;
const NOT_KEY = 0x10000;

/** Media that is played as fast as it is, in an edit: 16 bits, and 16 for fractions. */
const RATE_1 = 0x10000;

/** Boxes on the way to what is changed. */
const CONTAINERS: ReadonlySet<string> = new Set(["moov", "trak", "mdia", "minf", "stbl"]);
/** Boxes of the head that are made anew, or that only fragments have. */
const LEFT_OUT: ReadonlySet<string> = new Set(["mvex", "edts", "stts", "ctts", "cslg", "stsc", "stsz", "stco", "stss"]);

/** Where a duration stands in a box, by version: after its flags. */
const DURATION_AT: Readonly<Record<string, readonly [number, number]>> = {
  mvhd: [16, 24],
  tkhd: [20, 28],
  mdhd: [16, 24],
};

/** What is called of a file that gets its index. */
export type IndexedFile = Pick<Deno.FsFile, "seekSync" | "writeSync" | "syncData">;

/** What a file in fragments holds, learned while it is written. */
export class Mp4Index {
  readonly #equalBytes: readonly (number | undefined)[];
  /** By the numbers of tracks in the file, from 1. */
  readonly #tables = new Map<number, SampleTable>();
  #head = new Uint8Array(0);
  #headAt = 0;

  /** @param equalBytes for each track in order: the bytes of a sample of PCM, `undefined` for any other codec */
  constructor(equalBytes: readonly (number | undefined)[]) {
    this.#equalBytes = equalBytes;
  }

  /** Takes the `moov` box that stands before the fragments. */
  addHead(bytes: Uint8Array, at: number): void {
    [this.#head, this.#headAt] = [bytes.slice(), at];
  }

  /** Takes a `moof` box. */
  addFragment(bytes: Uint8Array, at: number): void {
    const [fragment] = inside(bytes, 0, bytes.length);
    for (const each of inside(bytes, fragment.start, fragment.end)) {
      if (each.type === "traf") this.#addTrack(bytes, each, at);
    }
  }

  /** Gives a file its index. @param length that of the file */
  async write(file: IndexedFile, length: number): Promise<void> {
    if (this.#tables.size === 0) return;
    writeAll(file, length, this.#index());
    // Disks write in any order: with the head and without the index, nothing would play after a loss of power.
    await file.syncData();
    writeAll(file, this.#headAt, mediaDataHead(length - this.#headAt));
  }

  #addTrack(bytes: Uint8Array, track: Box, at: number): void {
    const boxes = new Map([...inside(bytes, track.start, track.end)].map((each) => [each.type, viewOf(bytes, each)]));
    const [head, time, run] = [boxes.get("tfhd")!, boxes.get("tfdt")!, boxes.get("trun")!];
    const id = head.getUint32(4);
    let table = this.#tables.get(id);
    if (table === undefined) this.#tables.set(id, table = new SampleTable(this.#equalBytes[id - 1]));
    const flags = run.getUint32(0);
    table.beginChunk(Number(time.getBigUint64(4)), at + (flags & RUN.offset ? run.getInt32(8) : 0));
    addSamples(table, run, defaultsOf(head));
  }

  #index(): Uint8Array {
    const [movie] = inside(this.#head, 0, this.#head.length);
    const units = timescaleOf(this.#head, this.#child(movie, "mvhd"));
    return this.#rewrite(movie, { units, table: undefined });
  }

  /** A box of the head as the index has it. */
  #rewrite(from: Box, context: TrackContext): Uint8Array {
    const inner = from.type === "trak" ? this.#contextOf(from, context.units) : context;
    if (!CONTAINERS.has(from.type)) return box(from.type, this.#withDuration(from, context));
    const parts = [...inside(this.#head, from.start, from.end)]
      .filter(({ type }) => !LEFT_OUT.has(type))
      .map((each) => this.#rewrite(each, inner));
    if (from.type === "stbl") parts.push(...inner.table!.boxes());
    // The edit list stands behind the head of its track.
    if (from.type === "trak") parts.splice(1, 0, ...this.#editList(inner));
    return box(from.type, ...parts);
  }

  #contextOf(track: Box, units: number): TrackContext {
    const id = viewOf(this.#head, this.#child(track, "tkhd"));
    const table = this.#tables.get(id.getUint32(id.getUint8(0) === 1 ? 20 : 12)) ?? new SampleTable();
    const trackUnits = timescaleOf(this.#head, this.#child(this.#child(track, "mdia"), "mdhd"));
    return { units, table, trackUnits, skipped: this.#skippedOf(track) };
  }

  #withDuration({ type, start, end }: Box, context: TrackContext): Uint8Array {
    const { units, table } = context;
    const content = this.#head.slice(start, end);
    const at = DURATION_AT[type]?.[content[0]];
    if (at === undefined) return content;
    const seconds = table === undefined ? this.#seconds() : endOf(context);
    const duration = type === "mdhd" ? table!.duration : Math.round(seconds * units);
    if (content[0] === 0 && duration < 2 ** 32) {
      viewOf(content, { start: 0, end: content.length }).setUint32(at, duration);
      return content;
    }
    return withLargeDuration(content, at, duration);
  }

  /** The time at which the longest track ends. */
  #seconds(): number {
    const [movie] = inside(this.#head, 0, this.#head.length);
    const tracks = [...inside(this.#head, movie.start, movie.end)].filter(({ type }) => type === "trak");
    return Math.max(...tracks.map((track) => endOf(this.#contextOf(track, 1))));
  }

  /** When a track begins in the movie, and how much of its start is not shown. */
  #editList({ units, table, trackUnits, skipped = 0 }: TrackContext): Uint8Array[] {
    const start = Math.round(table!.start / trackUnits! * units);
    const duration = Math.round((table!.duration - skipped) / trackUnits! * units);
    if (start === 0 && skipped === 0) return [];
    const edits = [...(start > 0 ? [[start, -1]] : []), [duration, skipped]];
    const isLarge = edits.flat().some((time) => time >= 2 ** 31);
    const values = numbers(1 + (isLarge ? 5 : 3) * edits.length);
    values.put(edits.length);
    for (const [length, from] of edits) {
      for (const time of [length, from]) isLarge ? values.putLarge(time) : values.put(time);
      values.put(RATE_1);
    }
    return [box("edts", fullBox("elst", isLarge ? 1 : 0, values.bytes))];
  }

  /** What the head says is not shown of a track's start. */
  #skippedOf(track: Box): number {
    const edits = [...inside(this.#head, track.start, track.end)].find(({ type }) => type === "edts");
    if (edits === undefined) return 0;
    const view = viewOf(this.#head, this.#child(edits, "elst"));
    return view.getUint8(0) === 1 ? Number(view.getBigInt64(16)) : view.getInt32(12);
  }

  #child({ start, end }: Box, wanted: string): Box {
    return [...inside(this.#head, start, end)].find(({ type }) => type === wanted)!;
  }
}

/** What the boxes of a track are made with. */
interface TrackContext {
  /** Units of a second in the movie. */
  readonly units: number;
  /** Absent outside of tracks. */
  readonly table: SampleTable | undefined;
  readonly trackUnits?: number;
  /** How much of the start of the track is not shown, in its units. */
  readonly skipped?: number;
}

/** When a track ends in the movie, seconds. */
function endOf({ units, table, trackUnits = units, skipped = 0 }: TrackContext): number {
  return (table!.start + table!.duration - skipped) / trackUnits;
}

interface SampleDefaults {
  readonly duration: number;
  readonly bytes: number;
  readonly flags: number;
}

function defaultsOf(head: DataView): SampleDefaults {
  const flags = head.getUint32(0);
  let at = 8 + (flags & TRACK.baseAt ? 8 : 0) + (flags & TRACK.description ? 4 : 0);
  const next = (flag: number) => {
    if ((flags & flag) === 0) return 0;
    at += 4;
    return head.getUint32(at - 4);
  };
  return { duration: next(TRACK.duration), bytes: next(TRACK.size), flags: next(TRACK.flags) };
}

function addSamples(table: SampleTable, run: DataView, defaults: SampleDefaults): void {
  const flags = run.getUint32(0);
  const count = run.getUint32(4);
  let at = 8 + (flags & RUN.offset ? 4 : 0);
  const next = (flag: number, otherwise: number) => {
    if ((flags & flag) === 0) return otherwise;
    at += 4;
    return run.getUint32(at - 4);
  };
  const firstFlags = next(RUN.firstFlags, defaults.flags);
  for (let k = 0; k < count; k++) {
    const duration = next(RUN.duration, defaults.duration);
    const bytes = next(RUN.size, defaults.bytes);
    const sampleFlags = next(RUN.flags, k === 0 ? firstFlags : defaults.flags);
    table.add({ bytes, duration, shift: next(RUN.shift, 0) | 0, isKey: (sampleFlags & NOT_KEY) === 0 });
  }
}

/** A box whose times have 64 bits instead of 32. @param at where its duration stands */
function withLargeDuration(content: Uint8Array, at: number, duration: number): Uint8Array {
  const view = viewOf(content, { start: 0, end: content.length });
  if (content[0] === 1) {
    view.setBigUint64(at, BigInt(duration));
    return content;
  }
  const times = numbers(4);
  times.putLarge(view.getUint32(4));
  times.putLarge(view.getUint32(8));
  const length = numbers(2);
  length.putLarge(duration);
  const before = [Uint8Array.of(1), content.subarray(1, 4), times.bytes, content.subarray(12, at)];
  return joined([...before, length.bytes, content.subarray(at + 4)]);
}

function timescaleOf(bytes: Uint8Array, head: Box): number {
  const view = viewOf(bytes, head);
  return view.getUint32(view.getUint8(0) === 1 ? 20 : 12);
}

function inside(bytes: Uint8Array, start: number, end: number): Box[] {
  return [...boxesIn((from, to) => bytes.subarray(from, to), start, end)];
}

function viewOf(bytes: Uint8Array, { start, end }: Pick<Box, "start" | "end">): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
}

function writeAll(file: IndexedFile, at: number, bytes: Uint8Array): void {
  file.seekSync(at, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}
