/**
 * How long each picture lasts in Matroska and WebM files (`DefaultDuration`, RFC 9559, 5.1.4.1.13). Blocks have no more
 * than the millisecond at which they begin, so nothing else tells how long the last one is shown. The first picture tells
 * it; where others last longer or shorter, what was said is made void at the end.
 *
 * @module
 */
import { type EbmlElement, elementsIn, ID } from "./ebml.ts";

/** A void element of as many bytes: the id and the length of `DefaultDuration` have four, its number four. */
const VOID = Uint8Array.of(0xec, 0x86);
/** Rounding may make pictures so much longer or shorter. */
const MOST_ROUNDED_NS = 1e6;

/** What is known of how long the pictures of a track last. */
export class WrittenRate {
  /** What the header says; 0 if it does not. */
  readonly pictureNs: number;
  #varies = false;

  /** @param firstNs how long the first picture lasts */
  constructor(firstNs: number) {
    // Whole milliseconds may be rounded, but for those of which a whole number make a second.
    const isRounded = firstNs % 1e6 === 0 && 1e9 % firstNs !== 0;
    this.pictureNs = isRounded || firstNs >= 2 ** 32 ? 0 : firstNs;
  }

  /** Whether what the header says is not true. */
  get isVoid(): boolean {
    return this.pictureNs > 0 && this.#varies;
  }

  /** Takes note of how long a picture lasts. */
  add(durationNs: number): void {
    if (durationNs > 0 && Math.abs(durationNs - this.pictureNs) > MOST_ROUNDED_NS) this.#varies = true;
  }

  /** The number as the element has it. */
  get bytes(): Uint8Array {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, Math.round(this.pictureNs));
    return bytes;
  }
}

/** Makes void what the header of a complete file says of tracks whose pictures last differently, by their numbers. */
export function voidRates(file: Deno.FsFile, size: number, isVoid: (track: number) => boolean): void {
  const read = (start: number, end: number) => {
    const bytes = new Uint8Array(end - start);
    file.seekSync(start, Deno.SeekMode.Start);
    return bytes.subarray(0, file.readSync(bytes) ?? 0);
  };
  const within = ({ content, end = size }: EbmlElement) => elementsIn(read, content, Math.min(end, size));
  const segment = elementsIn(read, 0, size).find(({ id }) => id === ID.segment);
  const tracks = segment && within(segment).find(({ id }) => id === ID.tracks);
  if (tracks === undefined) return;
  for (const track of within(tracks).filter(({ id }) => id === ID.trackEntry)) {
    const parts = [...within(track)];
    const number = parts.find(({ id }) => id === ID.trackNumber);
    const rate = parts.find(({ id }) => id === ID.defaultDuration);
    if (number === undefined || rate === undefined || !isVoid(read(number.content, number.content + 1)[0])) continue;
    file.seekSync(rate.start, Deno.SeekMode.Start);
    file.writeSync(VOID);
  }
}
