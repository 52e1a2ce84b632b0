/**
 * Finds the frames of FLAC without another container (RFC 9639) behind damage. Each has a sum, and says where it stands:
 * silence comes in place of what is lost, so that times stay as they are. What the header of the stream says of all
 * frames is made to fit those that are there.
 *
 * @module
 */
import { MediaFault } from "./media_fault.ts";
import { areTagsReadable, endOfTags, startOfEndTags, textAt } from "./audio_tags.ts";
import { frameEnd, frameSum, readWholeHeader, renumberedHeader, silentFrames } from "./flac_frame.ts";
import { enterFlacSamples, FLAC_HEADER_BYTES, type FlacHeader, flacStreamHeader } from "./flac_header.ts";
import { type FlacMetadata, readFlacMetadata } from "./flac_metadata.ts";
import { type MendedView, PieceView } from "./mended_view.ts";
import type { ReadRange } from "./mp4_check.ts";
import { ScanWindow } from "./scan_window.ts";

/** What a file begins with. */
const MAGIC = "fLaC";
/** How many places that look like the end of a frame are tried: what looks so by chance is rare. */
const MOST_ENDS = 4;
/** Bytes of a frame that are looked at together. */
const PART_BYTES = 2 ** 16;
/** Bytes that look like a sync code after which it is looked whether timers wait. */
const TURN_SYNCS = 256;
/** The longest loss that is filled: a minute, and as many frames. A longer one is none of this file. */
const MOST_FILLED_SECONDS = 60;
const MOST_FILLERS = 2 ** 14;

/**
 * A view without what is damaged. `undefined`: the file is none of FLAC, or is whole.
 *
 * @throws {MediaFault} if it has no frame that is whole
 */
export async function mendFlac(read: ReadRange, size: number): Promise<MendedView | undefined> {
  const window = new ScanWindow(read, size);
  const start = endOfTags(window, 0);
  if (textAt(window.at(start, MAGIC.length), 0, MAGIC.length) !== MAGIC) return undefined;
  const metadata = readFlacMetadata(window, start);
  return await new FlacMender(read, window, metadata).mend(start);
}

/** A view in the making. */
class FlacMender {
  readonly #window: ScanWindow;
  readonly #view: PieceView;
  readonly #metadata: FlacMetadata;
  /** Where the last frame ends: tags may follow. */
  readonly #end: number;
  /** The first frame that is whole: the others are of its stream. */
  #first: FlacHeader | undefined;
  /** By how much numbers are raised, and the next one: of frames, or of samples where blocks differ in size. */
  #shift = 0;
  #next = 0;
  #packets = 0;
  #samples = 0;
  #leastBytes = Infinity;
  #mostBytes = 0;

  constructor(read: ReadRange, window: ScanWindow, metadata: FlacMetadata) {
    this.#window = window;
    this.#view = new PieceView(read);
    this.#metadata = metadata;
    this.#end = Math.max(metadata.infoEnd, startOfEndTags(window));
  }

  async mend(start: number): Promise<MendedView | undefined> {
    const { end, infoEnd, isWhole } = this.#metadata;
    const from = isWhole && this.#headerAt(end) !== undefined ? end : infoEnd;
    const first = await this.#nextFrame(from);
    if (first === undefined) {
      throw new MediaFault(`it is damaged, or cut off: its ${this.#window.size} bytes have no whole frame of sound`);
    }
    this.#first = first.header;
    const keepsTags = isWhole && first.at >= end;
    if (areTagsReadable(this.#window, start)) this.#view.keep(0, start);
    else this.#view.lose(0, start, 0);
    const info = flacStreamHeader(first.header);
    this.#view.put(info);
    if (keepsTags && infoEnd < end) {
      info[4] = 0;
      this.#view.keep(infoEnd, end);
    }
    const soundAt = keepsTags ? end : infoEnd;
    // A recording may begin with any number, unless its start is lost.
    if (first.at > soundAt) this.#bridge(soundAt, first.at, first.header);
    else this.#next = first.header.number;
    const tail = await this.#addFrames(first.at, first.end);
    this.#finish(tail);
    this.#describe(info);
    const isSame = keepsTags && tail === this.#end && this.#end === this.#window.size && this.#isDescribed(info) &&
      this.#view.gaps.length === 0 && this.#shift === 0;
    return isSame ? undefined : this.#view;
  }

  /** Goes on with frames up to the end. @returns where the last one ends that is whole */
  async #addFrames(start: number, end: number): Promise<number> {
    this.#add(start, end, this.#first!);
    let tail = end;
    for (let at: number | undefined = end; at !== undefined && at < this.#end;) {
      await this.#window.giveWay();
      const header = this.#headerAt(at);
      const next = header && await this.#frameEnd(at, header);
      if (next === undefined) {
        at = await this.#nextHeader(at + 1);
        continue;
      }
      const jumps = header!.number + this.#shift !== this.#next;
      if (at > tail || jumps) this.#bridge(tail, at, header!);
      this.#add(at, next, header!);
      tail = at = next;
    }
    return tail;
  }

  #add(at: number, end: number, header: FlacHeader): void {
    const number = header.number + this.#shift;
    if (this.#shift === 0) this.#view.keep(at, end);
    else {
      const renumbered = renumberedHeader(this.#window.at(at, FLAC_HEADER_BYTES), header, number);
      const behind = at + header.length + 1;
      this.#view.put(renumbered);
      this.#view.keep(behind, end - 2);
      this.#view.put(frameEnd(this.#sum(behind, end - 2, frameSum(renumbered))));
    }
    this.#count(header, header.blockSize, end - at);
  }

  #count({ isVariable }: FlacHeader, blockSize: number, bytes: number): void {
    this.#next += isVariable ? blockSize : 1;
    this.#packets++;
    this.#samples += blockSize;
    this.#leastBytes = Math.min(this.#leastBytes, bytes);
    // A frame with a longer number may be longer.
    this.#mostBytes = Math.max(this.#mostBytes, bytes + FLAC_HEADER_BYTES);
  }

  /** Leads over a loss, a jump of numbers or the header of another file to a frame. */
  #bridge(from: number, at: number, header: FlacHeader): void {
    const isJoined = this.#isStream(from);
    const missing = header.number + this.#shift - this.#next;
    const samples = header.isVariable ? missing : missing * this.#first!.blockSize;
    const isFilled = !isJoined && at > from && missing > 0 && samples <= MOST_FILLED_SECONDS * header.sampleRateHz &&
      missing <= (header.isVariable ? Infinity : MOST_FILLERS);
    if (isFilled) {
      const like = this.#window.at(at, FLAC_HEADER_BYTES).slice();
      const silent = { ...header, blockSize: this.#first!.blockSize };
      for (const { bytes, blockSize } of silentFrames(like, silent, this.#next, missing)) {
        this.#view.put(bytes);
        this.#count(header, blockSize, bytes.length);
      }
    } else this.#shift += -missing;
    if (isJoined) this.#view.join({ from: this.#packets, kind: "joint" });
    else if (at > from) this.#view.lose(from, at, this.#packets);
  }

  /** Says what is wrong with the end. */
  #finish(tail: number): void {
    const { samples: told = 0 } = this.#metadata;
    const [found, wanted] = [this.#samples, told].map((count) => count.toLocaleString("en"));
    const isBegun = tail < this.#end && this.#headerAt(tail) !== undefined;
    if (told > this.#samples) this.#view.part = `${found} of ${wanted} samples`;
    else if (told === 0 && isBegun) this.#view.part = `${tail} whole of ${this.#window.size} bytes`;
    else if (tail < this.#end) this.#view.lose(tail, this.#end, this.#packets);
    if (told === 0 || told >= this.#samples || this.#view.gaps.some(({ kind }) => kind === "joint")) return;
    this.#view.say(`its header tells ${wanted} samples, and it has ${found}: all of them are read`);
  }

  /** Enters in the header of the stream what the frames are. */
  #describe(info: Uint8Array): void {
    const view = new DataView(info.buffer);
    const most = Math.min(this.#mostBytes, 2 ** 24 - 1);
    view.setUint32(12, this.#leastBytes * 256 + (most >> 16));
    view.setUint16(16, most & 0xffff);
    enterFlacSamples(info.subarray(8), this.#samples);
  }

  /** Whether the header of the stream in the file tells what is to be told. */
  #isDescribed(info: Uint8Array): boolean {
    const { info: found, samples } = this.#metadata;
    if (found === undefined) return false;
    const view = new DataView(found.buffer);
    const [least, most] = [view.getUint32(4) >>> 8, view.getUint32(6) & 0xffffff];
    const isSized = least <= this.#leastBytes && (most === 0 || most + FLAC_HEADER_BYTES >= this.#mostBytes);
    // Rate, channels and bits; the samples, which need not be told.
    const isSame = [10, 11, 12].every((at) => found[at] === info[at + 8]) && (found[13] & 0xf0) === (info[21] & 0xf0);
    return isSized && isSame && (samples === 0 || samples === this.#samples);
  }

  /** The first frame from a place on that is whole, of whichever stream. */
  async #nextFrame(
    from: number,
  ): Promise<{ readonly at: number; readonly end: number; readonly header: FlacHeader } | undefined> {
    for (let at = await this.#nextHeader(from); at !== undefined; at = await this.#nextHeader(at + 1)) {
      const header = this.#headerAt(at)!;
      const end = await this.#frameEnd(at, header);
      if (end !== undefined) return { at, end, header };
      await this.#window.giveWay();
    }
    return undefined;
  }

  /** Where a frame ends, if it is whole. */
  async #frameEnd(start: number, header: FlacHeader): Promise<number | undefined> {
    let [at, sum] = [start, 0];
    for (let tries = 0; tries < MOST_ENDS && at < this.#end; tries++) {
      const end = await this.#nextHeader(at + (at === start ? header.length : 1)) ?? this.#end;
      sum = this.#sum(at, end, sum);
      if (sum === 0) return end;
      at = end;
    }
    return this.#endBeforeStream(start, at);
  }

  /** Where a whole frame ends that another file was joined to. */
  #endBeforeStream(start: number, limit: number): number | undefined {
    for (let at = start;; at++) {
      at = this.#window.indexOf(MAGIC.charCodeAt(0), at, limit);
      if (at >= limit) return undefined;
      if (this.#isStream(at)) return this.#sum(start, at, 0) === 0 ? at : undefined;
    }
  }

  #isStream(at: number): boolean {
    return textAt(this.#window.at(at, MAGIC.length), 0, MAGIC.length) === MAGIC;
  }

  #sum(from: number, end: number, before: number): number {
    let sum = before;
    for (let at = from; at < end; at += PART_BYTES) {
      sum = frameSum(this.#window.at(at, Math.min(PART_BYTES, end - at)), sum);
    }
    return sum;
  }

  /** The first place from one on where a frame may begin. */
  async #nextHeader(from: number): Promise<number | undefined> {
    for (let at = from, count = 0;; at++, count++) {
      if (count % TURN_SYNCS === 0) await this.#window.giveWay();
      at = this.#window.indexOf(0xff, at, this.#end);
      if (at >= this.#end) return undefined;
      if (this.#headerAt(at) !== undefined) return at;
    }
  }

  #headerAt(at: number): FlacHeader | undefined {
    const header = readWholeHeader(this.#window.at(at, FLAC_HEADER_BYTES), this.#first ?? this.#metadata.format);
    const first = this.#first;
    if (header === undefined || first === undefined) return header;
    const isOfStream = header.isVariable === first.isVariable && header.sampleRateHz === first.sampleRateHz &&
      header.channels === first.channels && header.bitsPerSample === first.bitsPerSample;
    return isOfStream ? header : undefined;
  }
}
