/**
 * Writes a WAV file as `NAME.partial`, readable at any moment, and renames it to `NAME` when it is complete.
 *
 * It writes samples first and the header after them, so that the header never claims more than the file holds. A stream
 * begins with a header whose sizes are unknown.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { PcmBlock } from "./pcm.ts";
import type { Destination } from "./standard_output.ts";
import { bytesPerSample, type WavFormat } from "./wav_format.ts";
import { WavHeaderWriter } from "./wav_header_writer.ts";

/** Options of {@linkcode WavWriter}. */
export interface WavWriterOptions {
  /** The RIFF size from which on the file is RF64 (default: where 32 bits no longer suffice). */
  readonly riffMaxSize?: number;
}

/** A WAV file that is being recorded. */
export class WavWriter {
  readonly format: WavFormat;
  /** The new path of an earlier partial file of the same name, if one existed. */
  readonly earlierPath: string | undefined;
  readonly #partial: Destination;
  readonly #header: WavHeaderWriter;
  readonly #frameBytes: number;
  readonly #headerBytes: number;
  readonly #refreshEvery: number;
  #sampleCount = 0;
  #sinceRefresh = 0;
  #open = true;

  /**
   * Begins the file with the header of an empty one.
   *
   * @param partial the claimed file, which the writer releases
   * @param format of the file
   * @throws {SluiceError} `InvalidConfig` or `NodeFailed` if the system refuses, as on a full disk; it leaves no file
   */
  constructor(partial: Destination, format: WavFormat, options: WavWriterOptions = {}) {
    this.format = format;
    this.#partial = partial;
    this.#header = new WavHeaderWriter(format, options.riffMaxSize);
    this.#frameBytes = format.channels * bytesPerSample(format.sampleFormat);
    this.#refreshEvery = format.sampleRateHz;
    try {
      this.earlierPath = partial.begin();
      const header = partial.isStream ? this.#header.encodeStream() : this.#header.encode(0);
      this.#headerBytes = header.length;
      this.#guard(() => writeFully(partial.file, header));
    } catch (error) {
      partial.discard();
      throw error;
    }
  }

  /** Bytes written so far, with the header. */
  get bytes(): number {
    return this.#headerBytes + this.#sampleCount * this.#frameBytes;
  }

  /** Samples per channel written so far. */
  get sampleCount(): number {
    return this.#sampleCount;
  }

  /**
   * Appends samples. Updates the header once a second of media.
   *
   * @param block holds the samples, in the file's format
   * @param count samples per channel
   * @throws {SluiceError} `NodeFailed` if the system refuses to write, as on a full disk
   */
  write(block: PcmBlock, count: number): void {
    this.#guard(() => {
      this.#partial.assertHolds(this.bytes);
      writeFully(this.#partial.file, block.bytes(count));
    });
    this.#sampleCount += count;
    this.#sinceRefresh += count;
    if (this.#sinceRefresh >= this.#refreshEvery) this.#refresh();
  }

  /**
   * Completes the file and renames it, replacing what had its name.
   *
   * @throws {SluiceError} `NodeFailed` if the system refuses, or if `NAME.partial` has become another file
   */
  finish(): void {
    if (!this.#open) return;
    this.#complete();
    this.#guard(() => this.#partial.commit(this.bytes));
    this.#open = false;
  }

  /**
   * Gives up: leaves a `NAME.partial` with samples complete and readable, and removes an empty one.
   *
   * @returns whether it left a file
   */
  abort(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    const isLeft = this.#sampleCount > 0;
    try {
      if (!isLeft) this.#partial.discard();
      // A header would claim samples that are gone.
      else if (!this.#partial.isLost) this.#complete();
      return isLeft;
    } finally {
      this.#partial.release();
    }
  }

  /** The header comes first: it takes no room on a full disk. */
  #complete(): void {
    if (this.#partial.isStream) return;
    this.#refresh();
    if (this.#sampleCount * this.#frameBytes % 2 === 1) {
      this.#guard(() => writeFully(this.#partial.file, new Uint8Array(1)));
    }
  }

  #refresh(): void {
    this.#sinceRefresh = 0;
    if (this.#partial.isStream) return;
    this.#guard(() => {
      const { file } = this.#partial;
      file.seekSync(0, Deno.SeekMode.Start);
      writeFully(file, this.#header.encode(this.#sampleCount));
      file.seekSync(0, Deno.SeekMode.End);
    });
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (cause) {
      throw cause instanceof SluiceError ? cause : this.#writeError(cause);
    }
  }

  #writeError(cause: unknown): SluiceError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new SluiceError(
      "NodeFailed",
      `Cannot write ${JSON.stringify(this.#partial.partialPath)} after ${this.#sampleCount} samples: ${reason}`,
      { ...this.#partial.details, cause },
    );
  }
}

function writeFully(file: Deno.FsFile, bytes: Uint8Array<ArrayBuffer>): void {
  let done = file.writeSync(bytes);
  while (done < bytes.length) done += file.writeSync(bytes.subarray(done));
}
