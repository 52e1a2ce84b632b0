/**
 * The memory of the WebAssembly twin. It never grows, so that views of it stay valid; pages that nobody has touched
 * cost nothing. What does not lie in it is copied in before a call and out of it afterwards.
 *
 * @module
 */

/** Alignment of each piece: a cache line. */
const PIECE_BYTES = 64;

/** A place that one argument of a kernel is copied to. It grows to the longest. */
interface Scratch {
  address: number;
  floats: Float32Array<ArrayBuffer>;
}

export class WasmMemory {
  readonly #buffer: ArrayBuffer;
  readonly #scratch: Scratch[] = [];
  /** Pieces that were given back, by size. */
  readonly #free = new Map<number, number[]>();
  readonly #owners = new FinalizationRegistry<{ address: number; bytes: number }>(({ address, bytes }) =>
    this.#giveBack(address, bytes)
  );
  #end: number;

  /**
   * @param buffer the memory
   * @param start where what the compiler has laid out ends
   */
  constructor(buffer: ArrayBuffer, start: number) {
    this.#buffer = buffer;
    this.#end = Math.ceil(start / PIECE_BYTES) * PIECE_BYTES;
  }

  /** An array of zeros that kernels reach without a copy, until it is garbage; elsewhere if there is no more room. */
  float32(length: number): Float32Array<ArrayBuffer> {
    const bytes = sizeOf(length * 4);
    const address = this.#take(bytes);
    if (address === undefined) return new Float32Array(length);
    const array = new Float32Array(this.#buffer, address, length).fill(0);
    this.#owners.register(array, { address, bytes });
    return array;
  }

  /** The address of an array to read: its own, or that of a copy. */
  read(argument: number, array: Float32Array): number {
    if (array.buffer === this.#buffer) return array.byteOffset;
    const scratch = this.#reserve(argument, array.length);
    scratch.floats.set(array);
    return scratch.address;
  }

  /** The address of an array that is written without being read: its own, or that of a place for {@linkcode finish}. */
  write(argument: number, array: Float32Array): number {
    return array.buffer === this.#buffer ? array.byteOffset : this.#reserve(argument, array.length).address;
  }

  /** Brings what a kernel has written to where it belongs. */
  finish(argument: number, array: Float32Array): void {
    if (array.buffer !== this.#buffer) array.set(this.#scratch[argument].floats.subarray(0, array.length));
  }

  #reserve(argument: number, length: number): Scratch {
    const known = this.#scratch[argument];
    if (known !== undefined && known.floats.length >= length) return known;
    if (known !== undefined) this.#giveBack(known.address, known.floats.byteLength);
    const bytes = sizeOf(length * 4);
    const address = this.#take(bytes);
    if (address === undefined) {
      throw new RangeError(
        `Cannot copy ${length} samples to the kernels of portable mode: their memory of ` +
          `${this.#buffer.byteLength / 2 ** 20} MiB is in use; work on shorter blocks`,
      );
    }
    return this.#scratch[argument] = { address, floats: new Float32Array(this.#buffer, address, bytes / 4) };
  }

  #take(bytes: number): number | undefined {
    const used = this.#free.get(bytes)?.pop();
    if (used !== undefined) return used;
    if (this.#end + bytes > this.#buffer.byteLength) return undefined;
    const address = this.#end;
    this.#end += bytes;
    return address;
  }

  #giveBack(address: number, bytes: number): void {
    const known = this.#free.get(bytes);
    if (known === undefined) this.#free.set(bytes, [address]);
    else known.push(address);
  }
}

/** Pieces come in powers of two, so that one that was given back fits the next. */
function sizeOf(bytes: number): number {
  return Math.max(PIECE_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
}
