/**
 * What the header of a FLAC file says of the whole stream, which is known only at its end (RFC 9639, 8.2).
 *
 * @module
 */
import { enterFlacSamples, readFlacHeader } from "./flac_header.ts";

/** Counts the samples of a FLAC file. */
export class FlacTotals {
  #samples = 0;
  #leastBlock = 65_535;
  #mostBlock = 16;
  #lastBlock = 0;

  /** Counts one frame. */
  add(frame: Uint8Array): void {
    // All but the last block are as long as the header says.
    if (this.#lastBlock > 0) this.#leastBlock = Math.min(this.#leastBlock, this.#lastBlock);
    this.#lastBlock = readFlacHeader(frame)?.blockSize ?? 0;
    this.#mostBlock = Math.max(this.#mostBlock, this.#lastBlock);
    this.#samples += this.#lastBlock;
  }

  /** Enters sizes of blocks and the number of samples in the header of a complete file. */
  enter(file: Deno.FsFile): void {
    const header = new Uint8Array(18);
    file.seekSync(8, Deno.SeekMode.Start);
    if (file.readSync(header) !== header.length) return;
    const view = new DataView(header.buffer);
    view.setUint16(0, Math.max(16, Math.min(this.#leastBlock, this.#mostBlock)));
    view.setUint16(2, this.#mostBlock);
    enterFlacSamples(header, this.#samples);
    file.seekSync(8, Deno.SeekMode.Start);
    file.writeSync(header);
  }
}
