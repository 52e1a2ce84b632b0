/**
 * The bytes of the header of a WAV file: they are looked at in small parts, in the order of bytes that the file has, and
 * what is wrong with them is told with its place.
 *
 * @module
 */
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";

/** Random access to the bytes of a file. */
export interface ByteReader {
  /** Length of the file in bytes. */
  readonly byteLength: number;
  /**
   * Fills `target` from byte `offset` of the file.
   *
   * @returns bytes read; fewer than asked for only at the end of the file
   */
  readAt(offset: number, target: Uint8Array<ArrayBuffer>): number;
}

/** The first bytes of a part of a file, and the errors for what they say. */
export class WavBytes {
  readonly file: ByteReader;
  readonly #name: string;
  readonly #details: SluiceErrorDetails;
  readonly bytes = new Uint8Array(64);
  readonly #view = new DataView(this.bytes.buffer);
  isBigEndian = false;

  /**
   * @param name the file's name as the user gave it, for messages
   * @param details fields of errors, such as the configuration key
   */
  constructor(file: ByteReader, name: string, details: SluiceErrorDetails) {
    this.file = file;
    this.#name = name;
    this.#details = details;
  }

  /** Loads `count` bytes at `offset`, at most 64. */
  load(offset: number, count: number, what: string): void {
    const got = this.file.readAt(offset, this.bytes.subarray(0, count));
    if (got < count) {
      this.fail(offset, `the file ends after ${this.file.byteLength} bytes, inside ${what} of ${count} bytes`);
    }
  }

  /** Four letters of what is loaded. */
  tag(at: number): string {
    return String.fromCharCode(...this.bytes.subarray(at, at + 4));
  }

  u16(at: number): number {
    return this.#view.getUint16(at, !this.isBigEndian);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, !this.isBigEndian);
  }

  u64(at: number): number {
    const [low, high] = this.isBigEndian ? [at + 4, at] : [at, at + 4];
    return this.u32(low) + this.u32(high) * 2 ** 32;
  }

  /** Four bytes in quotes if they are ASCII, otherwise in hexadecimal. */
  printable(at: number): string {
    if (this.isText(at)) return JSON.stringify(this.tag(at));
    return [...this.bytes.subarray(at, at + 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }

  /** Whether four bytes are ASCII, as the names of chunks are. */
  isText(at: number): boolean {
    return this.bytes.subarray(at, at + 4).every((byte) => byte >= 0x20 && byte < 0x7f);
  }

  /** @throws {SluiceError} `InvalidMedia`, naming the file and the byte */
  fail(offset: number, reason: string): never {
    throw new SluiceError(
      "InvalidMedia",
      `Cannot read ${JSON.stringify(this.#name)}: at byte ${offset}, ${reason}`,
      this.#details,
    );
  }
}
