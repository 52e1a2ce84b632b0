/**
 * When the pictures of a Matroska or WebM file are shown, whose times are whole milliseconds, in a track that says how
 * long each lasts (`DefaultDuration`, RFC 9559, 5.1.4.1.13): not 33 and 34 ms in turn, but 33.333 ms.
 *
 * @module
 */
import type { EncodedPacket } from "mediabunny";
import type { PacketTimes } from "./sound_times.ts";

/** By how much a time may be off that counts from another one: both are rounded. */
const MOST_ROUNDED_NS = 1.05e6;
/** By how much a time may be off that is rounded. */
const ROUNDED_NS = 5.5e5;
/** What is off by less is rounded to whole nanoseconds. */
const LEAST_NS = 1;

/** The times of the pictures of a track. */
export class PictureTimes {
  /** How long each lasts, nanoseconds with fractions. */
  readonly #pictureNs: number;
  /** When one of them is shown. */
  readonly #anchorNs: number;

  /**
   * @param pictureNs how long each lasts, as the file says
   * @param firstSeconds the time of the first one
   */
  constructor(pictureNs: number, firstSeconds: number) {
    this.#pictureNs = exactPictureNs(pictureNs);
    const firstNs = firstSeconds * 1e9;
    const wholeNs = Math.round(firstNs / this.#pictureNs) * this.#pictureNs;
    this.#anchorNs = Math.abs(firstNs - wholeNs) < ROUNDED_NS ? wholeNs : firstNs;
  }

  /** Pictures a second. */
  get frameRate(): number {
    return 1e9 / this.#pictureNs;
  }

  /** When a picture is shown, and for how long. A track may leave pictures out, or have others in between. */
  of({ timestamp, duration }: EncodedPacket): PacketTimes {
    const startNs = this.#anchorNs + this.#unrounded(timestamp * 1e9 - this.#anchorNs);
    const timeNs = Math.round(startNs);
    return {
      timeNs,
      durationNs: Math.max(0, Math.round(startNs + this.#unrounded(duration * 1e9)) - timeNs),
      unheardNs: 0,
    };
  }

  /** A time of so many whole pictures, where it may be one. */
  #unrounded(ns: number): number {
    const wholeNs = Math.round(ns / this.#pictureNs) * this.#pictureNs;
    return Math.abs(ns - wholeNs) < Math.min(MOST_ROUNDED_NS, this.#pictureNs / 4) ? wholeNs : ns;
  }
}

/** The duration of a picture that was rounded to nanoseconds: a whole number of pictures last 1 s, or 1.001 s. */
export function exactPictureNs(ns: number): number {
  for (const second of [1e9, 1.001e9]) {
    const exact = second / Math.round(second / ns);
    if (Math.abs(exact - ns) <= LEAST_NS) return exact;
  }
  return ns;
}
