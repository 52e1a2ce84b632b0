/**
 * Lines of text in a file, counted as they are stored.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { PartialFile } from "./partial_file.ts";

const LINE_FEED = 10;

/** Writes a heading and records, each a whole line. Where the system refuses, as on a full disk, the file ends with the last line that is whole. */
export class LineFile {
  readonly #partial: PartialFile;
  readonly #encoder = new TextEncoder();
  #bytes = 0;
  /** Lines that are stored, the heading among them. */
  #lines = 0;

  /** @param partial a file that has begun */
  constructor(partial: PartialFile) {
    this.#partial = partial;
  }

  /** How many records the file has. */
  get records(): number {
    return Math.max(0, this.#lines - 1);
  }

  /** Bytes in the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Appends lines.
   *
   * @param text ends with a line feed; the first line of the file is its heading
   * @throws {SluiceError} `NodeFailed` if the system refuses; the lines that were stored whole stay, and count
   */
  append(text: string): void {
    this.#partial.assertHolds(this.#bytes);
    const bytes = this.#encoder.encode(text);
    let done = 0;
    try {
      while (done < bytes.length) done += this.#partial.file.writeSync(bytes.subarray(done));
      this.#count(bytes);
    } catch (cause) {
      this.#count(bytes.subarray(0, bytes.lastIndexOf(LINE_FEED, done - 1) + 1));
      this.#cutOff();
      const reason = cause instanceof Error ? cause.message : String(cause);
      const { partialPath, details } = this.#partial;
      throw new SluiceError(
        "NodeFailed",
        `Cannot write ${JSON.stringify(partialPath)} after ${this.records} records: ${reason}`,
        { ...details, cause },
      );
    }
  }

  #count(stored: Uint8Array): void {
    this.#bytes += stored.length;
    for (const byte of stored) if (byte === LINE_FEED) this.#lines++;
  }

  /** Takes away what is left of a line that is not whole. */
  #cutOff(): void {
    const { file } = this.#partial;
    try {
      file.truncateSync(this.#bytes);
      file.seekSync(0, Deno.SeekMode.End);
    } catch {
      // The error that is told already says what is wrong with the file.
    }
  }
}
