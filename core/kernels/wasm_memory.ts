/**
 * The memory of the WebAssembly twin. It never grows, so that views of it stay valid; pages that nobody has touched
 * cost nothing. What does not lie in it is copied in before a call and out of it afterwards.
 *
 * @module
 */
import type { ArrayKind } from "./engine.ts";

/** Alignment of each piece: a cache line. */
const PIECE_BYTES = 64;

/** A piece of the memory. */
interface Piece {
  readonly address: number;
  readonly bytes: number;
}

export class WasmMemory {
  readonly #buffer: ArrayBuffer;
  readonly #all: Uint8Array<ArrayBuffer>;
  /** Where each argument is copied to: as large as the largest so far. */
  readonly #copies: Piece[] = [];
  /** Pieces that were given back, by size. */
  readonly #free = new Map<number, Piece[]>();
  readonly #owners = new FinalizationRegistry<Piece>((piece) => this.#giveBack(piece));
  #end: number;

  /**
   * @param buffer the memory
   * @param start where what the compiler has laid out ends
   */
  constructor(buffer: ArrayBuffer, start: number) {
    this.#buffer = buffer;
    this.#all = new Uint8Array(buffer);
    this.#end = Math.ceil(start / PIECE_BYTES) * PIECE_BYTES;
  }

  /** An array of zeros that kernels reach without a copy, until it is garbage; elsewhere if the memory is full. */
  allocate<A extends ArrayBufferView>(kind: ArrayKind<A>, length: number): A {
    const piece = this.#take(length * kind.BYTES_PER_ELEMENT);
    if (piece === undefined) return new kind(length);
    this.#all.fill(0, piece.address, piece.address + piece.bytes);
    const array = new kind(this.#buffer, piece.address, length);
    this.#owners.register(array, piece);
    return array;
  }

  /** The address of an array that is read, or changed: its own, or that of a copy. */
  read(argument: number, array: ArrayBufferView): number {
    if (array.buffer === this.#buffer) return array.byteOffset;
    const { address } = this.#copyOf(argument, array.byteLength);
    this.#all.set(bytesOf(array), address);
    return address;
  }

  /** The address of an array that is written without being read: its own, or that of a place for {@linkcode finish}. */
  write(argument: number, array: ArrayBufferView): number {
    return array.buffer === this.#buffer ? array.byteOffset : this.#copyOf(argument, array.byteLength).address;
  }

  /** Brings what a kernel has written to where it belongs. */
  finish(argument: number, array: ArrayBufferView): void {
    if (array.buffer === this.#buffer) return;
    const { address } = this.#copies[argument];
    bytesOf(array).set(this.#all.subarray(address, address + array.byteLength));
  }

  #copyOf(argument: number, bytes: number): Piece {
    const known = this.#copies[argument];
    if (known !== undefined && known.bytes >= bytes) return known;
    if (known !== undefined) this.#giveBack(known);
    const piece = this.#take(bytes);
    if (piece !== undefined) return this.#copies[argument] = piece;
    throw new RangeError(
      `Cannot copy ${bytes} bytes to the kernels of portable mode: their memory of ` +
        `${this.#buffer.byteLength / 2 ** 20} MiB is in use; work on shorter blocks`,
    );
  }

  #take(bytes: number): Piece | undefined {
    const size = sizeOf(bytes);
    const used = this.#free.get(size)?.pop();
    if (used !== undefined) return used;
    if (this.#end + size > this.#buffer.byteLength) return undefined;
    const address = this.#end;
    this.#end += size;
    return { address, bytes: size };
  }

  #giveBack(piece: Piece): void {
    const known = this.#free.get(piece.bytes);
    if (known === undefined) this.#free.set(piece.bytes, [piece]);
    else known.push(piece);
  }
}

/** Pieces come in powers of two, so that one that was given back fits the next. */
function sizeOf(bytes: number): number {
  return Math.max(PIECE_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
