/**
 * The memory of the WebAssembly twin. It never grows, so that views of it stay valid; pages that nobody has touched
 * cost nothing. Arrays lie in it one after the other and stay there: a view may outlive the array that it was taken from,
 * and nobody can tell when the last one is garbage. Behind them is the room for what is copied in before a call and out
 * of it afterwards; with the next call it begins anew.
 *
 * @module
 */
import type { ArrayKind } from "./engine.ts";

/** Alignment of each piece, a power of two: a cache line. */
const PIECE_BYTES = 64;

/** How much of the memory arrays take at most; the rest stays free for copies. */
const ARRAYS_SHARE = 3 / 4;

export class WasmMemory {
  readonly #buffer: ArrayBuffer;
  readonly #all: Uint8Array<ArrayBuffer>;
  /** Up to where arrays may lie. */
  readonly #arraysLimit: number;
  /** Where each argument of this call was copied to. */
  readonly #copies: number[] = [];
  /** Where the arrays end, and the copies of a call begin. */
  #arraysEnd: number;
  /** Where the copies of this call end. */
  #copiesEnd = 0;
  /** Up to where copies of some call have lain: from there on all is zero. */
  #usedEnd = 0;

  /**
   * @param buffer the memory
   * @param start where what the compiler has laid out ends
   */
  constructor(buffer: ArrayBuffer, start: number) {
    this.#buffer = buffer;
    this.#all = new Uint8Array(buffer);
    this.#arraysEnd = pieceBytes(start);
    this.#arraysLimit = Math.max(this.#arraysEnd, buffer.byteLength * ARRAYS_SHARE);
  }

  /** An array of zeros that kernels reach without a copy; elsewhere if there is no room left. */
  allocate<A extends ArrayBufferView>(kind: ArrayKind<A>, length: number): A {
    const address = this.#arraysEnd;
    const end = address + pieceBytes(length * kind.BYTES_PER_ELEMENT);
    if (end > this.#arraysLimit) return new kind(length);
    if (address < this.#usedEnd) this.#all.fill(0, address, Math.min(end, this.#usedEnd));
    this.#arraysEnd = end;
    return new kind(this.#buffer, address, length);
  }

  /** A call begins: the copies of the last one are no longer needed. */
  begin(): this {
    this.#copiesEnd = this.#arraysEnd;
    return this;
  }

  /** The address of an array that is read, or changed: its own, or that of a copy. */
  read(argument: number, array: ArrayBufferView): number {
    if (array.buffer === this.#buffer) return array.byteOffset;
    const address = this.#takeCopy(argument, array.byteLength);
    this.#all.set(bytesOf(array), address);
    return address;
  }

  /** The address of an array that is written without being read: its own, or that of a place for {@linkcode finish}. */
  write(argument: number, array: ArrayBufferView): number {
    return array.buffer === this.#buffer ? array.byteOffset : this.#takeCopy(argument, array.byteLength);
  }

  /** Brings what a kernel has written to where it belongs. */
  finish(argument: number, array: ArrayBufferView): void {
    if (array.buffer === this.#buffer) return;
    const address = this.#copies[argument];
    bytesOf(array).set(this.#all.subarray(address, address + array.byteLength));
  }

  /** @throws {RangeError} if there is no room; nothing of the call has been written then */
  #takeCopy(argument: number, bytes: number): number {
    const address = this.#copiesEnd;
    const end = address + pieceBytes(bytes);
    const size = this.#buffer.byteLength;
    if (end > size) {
      throw new RangeError(
        `Cannot copy an array of ${bytes} bytes to the kernels of portable mode: of their memory of ${size} bytes, ` +
          `arrays of float32() and the like take ${this.#arraysEnd} and the call's other copies ` +
          `${address - this.#arraysEnd}; work on shorter blocks`,
      );
    }
    this.#copiesEnd = end;
    this.#usedEnd = Math.max(this.#usedEnd, end);
    return this.#copies[argument] = address;
  }
}

/** Rounds up to whole pieces. */
function pieceBytes(bytes: number): number {
  return Math.ceil(bytes / PIECE_BYTES) * PIECE_BYTES;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
