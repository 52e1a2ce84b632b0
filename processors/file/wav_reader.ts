/**
 * Reads a WAV file block by block, with constant memory and synchronous reads.
 *
 * @module
 */
import { SluiceError, type SluiceErrorDetails } from "../../core/errors.ts";
import { swapBytes } from "./byte_order.ts";
import { openError } from "./file_errors.ts";
import type { PcmBlock } from "./pcm.ts";
import { bytesPerSample, type WavFormat } from "./wav_format.ts";
import type { ByteReader } from "./wav_bytes.ts";
import { readWavHeader } from "./wav_header.ts";
import { lockToRead } from "./partial_file.ts";

/** Options of {@linkcode WavReader.open}. */
export interface WavReaderOptions {
  /** Fields of errors, such as the node's id. */
  readonly details?: SluiceErrorDetails;
  /**
   * Whether to lock the file (advisory, `flock`, shared) until it is closed, so that no sink writes it meanwhile
   * (default: false).
   */
  readonly lock?: boolean;
}

/** An open WAV file and a position in it. */
export class WavReader implements Disposable {
  readonly format: WavFormat;
  /** Samples per channel in the file. */
  readonly sampleCount: number;
  /** What is wrong with the file, and what is made of it: sentences about "it". */
  readonly faults: readonly string[];
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #details: SluiceErrorDetails;
  readonly #frameBytes: number;
  readonly #dataOffset: number;
  readonly #isBigEndian: boolean;
  #offset: number;
  #position = 0;
  #closed = false;

  private constructor(file: Deno.FsFile, byteLength: number, path: string, details: SluiceErrorDetails) {
    this.#file = file;
    this.#path = path;
    this.#details = details;
    const header = readWavHeader(new FileBytes(file, byteLength), path, details);
    this.format = header.format;
    this.sampleCount = header.sampleCount;
    this.faults = header.faults;
    this.#isBigEndian = header.isBigEndian;
    this.#frameBytes = header.format.channels * bytesPerSample(header.format.sampleFormat);
    this.#dataOffset = this.#offset = header.dataOffset;
    file.seekSync(header.dataOffset, Deno.SeekMode.Start);
  }

  /**
   * Opens a file and checks its header.
   *
   * @param path of the file, relative to the working directory
   * @throws {SluiceError} `InvalidConfig` if the file cannot be opened, or locked because a sink writes it;
   * `InvalidMedia` if it is not a valid WAV file
   */
  static open(path: string, { details = {}, lock = false }: WavReaderOptions = {}): WavReader {
    let file: Deno.FsFile | undefined;
    try {
      const info = Deno.statSync(path);
      if (!info.isFile) throw openError("read", path, info.isDirectory ? "directory" : "special", details);
      file = Deno.openSync(path, { read: true });
      if (lock) lockToRead(file, path, details);
      return new WavReader(file, file.statSync().size, path, details);
    } catch (error) {
      file?.close();
      throw error instanceof SluiceError ? error : openError("read", path, error, details);
    }
  }

  /** The index of the next sample that {@linkcode read} returns. */
  get position(): number {
    return this.#position;
  }

  /** Goes to a sample, at most to the end. */
  seek(position: number): void {
    this.#position = Math.min(position, this.sampleCount);
    this.#offset = this.#dataOffset + this.#position * this.#frameBytes;
    this.#file.seekSync(this.#offset, Deno.SeekMode.Start);
  }

  /**
   * Reads the next samples of all channels.
   *
   * @param block receives the samples, in the file's own sample format, in little-endian order
   * @param most samples per channel
   * @returns how many samples per channel were read: fewer than `most` only at the end, 0 after it
   * @throws {SluiceError} `InvalidMedia` if the file was truncated after it was opened
   */
  read(block: PcmBlock, most: number): number {
    const count = Math.min(most, this.sampleCount - this.#position);
    if (count === 0) return 0;
    const got = readFully(this.#file, block.bytes(count));
    if (got < count * this.#frameBytes) {
      throw new SluiceError(
        "InvalidMedia",
        `Cannot read ${JSON.stringify(this.#path)}: at byte ${this.#offset + got}, the file ends; ` +
          `it has been cut short since it was opened`,
        this.#details,
      );
    }
    if (this.#isBigEndian) swapBytes(block.bytes(count), bytesPerSample(this.format.sampleFormat));
    this.#offset += got;
    this.#position += count;
    return count;
  }

  /** Closes the file. Further calls do nothing. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }
}

/** The file as the header reader sees it. */
class FileBytes implements ByteReader {
  readonly byteLength: number;
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile, byteLength: number) {
    this.#file = file;
    this.byteLength = byteLength;
  }

  readAt(offset: number, target: Uint8Array<ArrayBuffer>): number {
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    return readFully(this.#file, target);
  }
}

function readFully(file: Deno.FsFile, target: Uint8Array<ArrayBuffer>): number {
  let got = file.readSync(target) ?? 0;
  while (got < target.length && got > 0) {
    const more = file.readSync(target.subarray(got));
    if (more === null) break;
    got += more;
  }
  return got;
}
