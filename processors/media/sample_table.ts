/**
 * What the index of an MP4 file says of a track: size, time and place of each sample (ISO/IEC 14496-12, 8.6 and 8.7).
 *
 * @module
 */
import { fullBox, numbers } from "./mp4_boxes.ts";
import { NumberList, RunList } from "./number_list.ts";

/** A sample, with times in units of its track. */
export interface Mp4Sample {
  readonly bytes: number;
  readonly duration: number;
  /** By how much it is shown after it is decoded. */
  readonly shift: number;
  readonly isKey: boolean;
}

/** The samples of a track, in the order of decoding: 4 to 24 bytes each, by what changes from one to the next. */
export class SampleTable {
  /** Bytes of a sample, where all have as many: samples of PCM, of which a packet has many. */
  readonly #equalBytes: number | undefined;
  readonly #sizes = new NumberList(Int32Array);
  readonly #durations = new RunList();
  readonly #shifts = new RunList();
  readonly #keys = new NumberList(Int32Array);
  readonly #chunkStarts = new NumberList(Float64Array);
  readonly #chunkCounts = new RunList();
  #count = 0;
  /** The samples of the chunk that was begun last. */
  #chunkSamples = 0;
  /** The time of the first sample, that of the last one, and how long that is: its end may yet move. */
  #first: number | undefined;
  #last = 0;
  #lastDuration = 0;
  /** When the last picture is over. */
  #end = 0;

  /** @param equalBytes of a track of PCM: the bytes of a sample of all channels */
  constructor(equalBytes?: number) {
    this.#equalBytes = equalBytes;
  }

  /** The time of its first sample. */
  get start(): number {
    return this.#first ?? 0;
  }

  /** From there to the end of its last one. */
  get duration(): number {
    return this.#end - this.start;
  }

  /**
   * Begins a chunk: samples that lie one after the other.
   *
   * @param time of its first sample
   * @param at where it lies in the file
   */
  beginChunk(time: number, at: number): void {
    this.#endChunk();
    this.#chunkStarts.push(at);
    if (this.#first === undefined) this.#first = this.#last = time;
    else this.#lastDuration = Math.max(0, time - this.#last);
  }

  /** Adds the next sample of the chunk. */
  add({ bytes, duration, shift, isKey }: Mp4Sample): void {
    const count = this.#equalBytes === undefined ? 1 : Math.floor(bytes / this.#equalBytes);
    if (count === 0) return;
    if (this.#count > 0) this.#durations.push(this.#lastDuration);
    this.#last += this.#lastDuration;
    this.#lastDuration = duration;
    if (this.#equalBytes !== undefined) {
      this.#durations.push(1, count - 1);
      this.#last += count - 1;
      this.#lastDuration = 1;
    } else {
      this.#sizes.push(bytes);
      this.#shifts.push(shift);
      if (isKey) this.#keys.push(this.#count + 1);
    }
    this.#count += count;
    this.#chunkSamples += count;
    this.#end = Math.max(this.#end, this.#last + shift + this.#lastDuration);
  }

  /** The boxes of a sample table, without its description. Nothing is added afterwards. */
  boxes(): Uint8Array[] {
    this.#endChunk();
    if (this.#count > 0) this.#durations.push(this.#lastDuration);
    const shifts = this.#shifts.length > 1 || this.#shifts.length === 1 && this.#shifts.valueAt(0) !== 0;
    const keys = this.#equalBytes === undefined && this.#keys.length < this.#count;
    return [
      runBox("stts", 0, this.#durations),
      ...(shifts ? [runBox("ctts", 1, this.#shifts), ...this.#rangeBox()] : []),
      this.#chunkBox(),
      this.#sizeBox(),
      this.#placeBox(),
      ...(keys ? [listBox("stss", this.#keys)] : []),
    ];
  }

  #endChunk(): void {
    if (this.#chunkSamples > 0) this.#chunkCounts.push(this.#chunkSamples);
    this.#chunkSamples = 0;
  }

  /** How far showing and decoding are apart (8.6.1.4), without which QuickTime takes no shift below 0. */
  #rangeBox(): Uint8Array[] {
    if (this.#end - this.start >= 2 ** 31) return [];
    let [least, most] = [0, 0];
    for (let run = 0; run < this.#shifts.length; run++) {
      least = Math.min(least, this.#shifts.valueAt(run));
      most = Math.max(most, this.#shifts.valueAt(run));
    }
    const values = numbers(5);
    for (const value of [-least, least, most, 0, this.duration]) values.put(value);
    return [fullBox("cslg", 0, values.bytes)];
  }

  #chunkBox(): Uint8Array {
    const runs = this.#chunkCounts;
    const values = numbers(1 + 3 * runs.length);
    values.put(runs.length);
    for (let run = 0, chunk = 1; run < runs.length; chunk += runs.countAt(run++)) {
      values.put(chunk);
      values.put(runs.valueAt(run));
      values.put(1);
    }
    return fullBox("stsc", 0, values.bytes);
  }

  #sizeBox(): Uint8Array {
    const sizes = this.#sizes;
    const values = numbers(2 + sizes.length);
    values.put(this.#equalBytes ?? 0);
    values.put(this.#count);
    for (let k = 0; k < sizes.length; k++) values.put(sizes.at(k));
    return fullBox("stsz", 0, values.bytes);
  }

  #placeBox(): Uint8Array {
    const starts = this.#chunkStarts;
    const isLarge = starts.length > 0 && starts.at(starts.length - 1) >= 2 ** 32;
    if (!isLarge) return listBox("stco", starts);
    const values = numbers(1 + 2 * starts.length);
    values.put(starts.length);
    for (let k = 0; k < starts.length; k++) values.putLarge(starts.at(k));
    return fullBox("co64", 0, values.bytes);
  }
}

function runBox(type: string, version: number, runs: RunList): Uint8Array {
  const values = numbers(1 + 2 * runs.length);
  values.put(runs.length);
  for (let run = 0; run < runs.length; run++) {
    values.put(runs.countAt(run));
    values.put(runs.valueAt(run));
  }
  return fullBox(type, version, values.bytes);
}

function listBox(type: string, list: NumberList<Int32Array | Float64Array>): Uint8Array {
  const values = numbers(1 + list.length);
  values.put(list.length);
  for (let k = 0; k < list.length; k++) values.put(list.at(k));
  return fullBox(type, 0, values.bytes);
}
