/**
 * Looks through a file from its start to its end in large reads, and gives way to timers.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { ReadRange } from "./mp4_check.ts";

/** Bytes of a read, and of what lies before a place that is read with it. */
const READ_BYTES = 2 ** 18;
const BEFORE_BYTES = 2 ** 14;
/** Bytes that are looked at until timers have their turn. */
const TURN_BYTES = 2 ** 22;

/** The part of a file that is looked at. */
export class ScanWindow {
  readonly #read: ReadRange;
  readonly size: number;
  #bytes: Uint8Array = new Uint8Array();
  #from = 0;
  #lookedAt = 0;

  constructor(read: ReadRange, size: number) {
    this.#read = read;
    this.size = size;
  }

  /** Bytes from a place on: fewer at the end of the file. They are valid until the next call. */
  at(start: number, count: number): Uint8Array {
    const end = Math.min(this.size, start + count);
    this.#lookedAt += count;
    if (start < this.#from || end > this.#from + this.#bytes.length) this.#load(start, end);
    return this.#bytes.subarray(start - this.#from, Math.max(0, end - this.#from));
  }

  /** The next place from one on at which a byte is; the end, by default that of the file, for none. */
  indexOf(byte: number, from: number, end = this.size): number {
    for (let at = from; at < end;) {
      this.at(at, 1);
      const found = this.#bytes.subarray(0, end - this.#from).indexOf(byte, at - this.#from);
      if (found >= 0) return this.#from + found;
      at = this.#from + this.#bytes.length;
    }
    return end;
  }

  /** To be called again and again while a file is looked through. */
  async giveWay(): Promise<void> {
    if (this.#lookedAt < TURN_BYTES) return;
    this.#lookedAt = 0;
    await setImmediate();
  }

  #load(start: number, end: number): void {
    this.#from = Math.max(0, Math.min(start - BEFORE_BYTES, this.size));
    this.#bytes = this.#read(this.#from, Math.min(this.size, Math.max(end, this.#from + READ_BYTES)));
  }
}
