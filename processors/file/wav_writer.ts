/**
 * Writes a WAV file as `NAME.partial`, readable at any moment, and renames it to `NAME` when it is complete.
 *
 * Samples are written first and the header after them, so the header never claims more than the file holds. While it
 * is written the file is locked (advisory, `flock`), so that two writers of one name are refused, in other lanes and
 * processes too.
 *
 * @module
 */
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";
import { openError } from "./file_errors.ts";
import type { PcmBlock } from "./pcm.ts";
import { bytesPerSample, type WavFormat } from "./wav_format.ts";
import { WavHeaderWriter } from "./wav_header_writer.ts";

/** Options of {@linkcode WavWriter}. */
export interface WavWriterOptions {
  /** What errors are to carry, such as the node's id. */
  readonly details?: SluiceErrorDetails;
  /** RIFF size from which on the file is RF64 (default: where 32 bits no longer do). */
  readonly riffMaxSize?: number;
}

/** What the name of a file has after it while it is not complete. */
export const PARTIAL_SUFFIX = ".partial";

/** A WAV file that is being written. */
export class WavWriter {
  readonly path: string;
  readonly partialPath: string;
  readonly format: WavFormat;
  readonly #file: Deno.FsFile;
  readonly #header: WavHeaderWriter;
  readonly #frameBytes: number;
  readonly #refreshEvery: number;
  readonly #details: SluiceErrorDetails;
  #sampleCount = 0;
  #sinceRefresh = 0;
  #open = true;

  /**
   * Opens `path.partial`, empties it, and writes the header of an empty file.
   *
   * @param path of the file once it is complete
   * @param format of the file
   * @throws {SluiceError} `InvalidConfig` if it cannot be opened, or if another writer has it
   */
  constructor(path: string, format: WavFormat, options: WavWriterOptions = {}) {
    this.path = path;
    this.partialPath = path + PARTIAL_SUFFIX;
    this.format = format;
    this.#details = options.details ?? {};
    this.#header = new WavHeaderWriter(format, options.riffMaxSize);
    this.#frameBytes = format.channels * bytesPerSample(format.sampleFormat);
    this.#refreshEvery = format.sampleRateHz;
    this.#file = openLocked(path, this.partialPath, this.#details);
    try {
      this.#file.truncateSync(0);
      writeFully(this.#file, this.#header.encode(0));
    } catch (error) {
      this.#file.close();
      throw openError("write", path, error, this.#details);
    }
  }

  /** Samples per channel written so far. */
  get sampleCount(): number {
    return this.#sampleCount;
  }

  /**
   * Appends samples. Once a second of media the header is brought up to date.
   *
   * @param block holds the samples, in the file's format
   * @param count samples per channel
   * @throws {SluiceError} `NodeFailed` if the system refuses to write, as on a full disk
   */
  write(block: PcmBlock, count: number): void {
    try {
      writeFully(this.#file, block.bytes(count));
    } catch (cause) {
      throw this.#writeError(cause);
    }
    this.#sampleCount += count;
    this.#sinceRefresh += count;
    if (this.#sinceRefresh >= this.#refreshEvery) this.#refresh();
  }

  /**
   * Completes the file and gives it its name, in place of whatever had it.
   *
   * @throws {SluiceError} `NodeFailed` if the system refuses; what was written stays in `path.partial`
   */
  finish(): void {
    if (!this.#open) return;
    this.#complete();
    this.#guard(() => Deno.renameSync(this.partialPath, this.path));
    this.#close();
  }

  /** Gives up: a `path.partial` with samples in it is left complete and readable, one without is removed. */
  abort(): void {
    if (!this.#open) return;
    try {
      if (this.#sampleCount > 0) this.#complete();
      else Deno.removeSync(this.partialPath);
    } finally {
      this.#close();
    }
  }

  #complete(): void {
    if (this.#sampleCount * this.#frameBytes % 2 === 1) {
      this.#guard(() => writeFully(this.#file, new Uint8Array(1)));
    }
    this.#refresh();
  }

  #refresh(): void {
    this.#sinceRefresh = 0;
    this.#guard(() => {
      this.#file.seekSync(0, Deno.SeekMode.Start);
      writeFully(this.#file, this.#header.encode(this.#sampleCount));
      this.#file.seekSync(0, Deno.SeekMode.End);
    });
  }

  #close(): void {
    this.#open = false;
    this.#file.close();
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (cause) {
      throw this.#writeError(cause);
    }
  }

  #writeError(cause: unknown): SluiceError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new SluiceError(
      "NodeFailed",
      `Cannot write ${JSON.stringify(this.partialPath)} after ${this.#sampleCount} samples: ${reason}`,
      { ...this.#details, cause },
    );
  }
}

/**
 * Whether another writer has the partial file of `path` locked now.
 *
 * @throws what the system throws, other than that there is no such file
 */
export function isBeingWritten(path: string): boolean {
  try {
    using file = Deno.openSync(path + PARTIAL_SUFFIX, { read: true, write: true });
    return !file.tryLockSync(true);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The error for a file that another writer has. */
export function beingWrittenError(path: string, details: SluiceErrorDetails): SluiceError {
  return new SluiceError(
    "InvalidConfig",
    `Cannot write ${JSON.stringify(path)}: another node or process is writing it now; wanted a path of its own`,
    details,
  );
}

/** Opens and locks the partial file, and makes sure that its name still means the file that was locked. */
function openLocked(path: string, partialPath: string, details: SluiceErrorDetails): Deno.FsFile {
  for (;;) {
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(partialPath, { read: true, write: true, create: true });
    } catch (error) {
      throw openError("write", path, error, details);
    }
    try {
      if (!file.tryLockSync(true)) throw beingWrittenError(path, details);
      if (isSameFile(file, partialPath)) return file;
      file.close();
    } catch (error) {
      file.close();
      throw error;
    }
  }
}

function isSameFile(file: Deno.FsFile, path: string): boolean {
  try {
    const named = Deno.statSync(path);
    const opened = file.statSync();
    return named.ino === opened.ino && named.dev === opened.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function writeFully(file: Deno.FsFile, bytes: Uint8Array<ArrayBuffer>): void {
  let done = file.writeSync(bytes);
  while (done < bytes.length) done += file.writeSync(bytes.subarray(done));
}
