/**
 * Arenas as this isolate sees them: each is wrapped once in an `ArrayBuffer`, over which typed arrays read and write
 * the native memory with no call and no copy.
 *
 * @module
 */
import { lastNativeError } from "./loader.ts";
import type { NativeSymbols } from "./symbols.ts";

/** Names an arena of this process. */
export interface ArenaName {
  readonly address: bigint;
  /** Bytes that buffers cover: more, once the arena has grown. */
  readonly byteLength: number;
  /** Bytes that it can grow to. */
  readonly maxByteLength: number;
}

interface Held {
  readonly pointer: Deno.PointerObject;
  readonly maxByteLength: number;
  buffer: ArrayBuffer | undefined;
}

/** The arenas that one driver holds. The library gives up those that are still held when the thread ends. */
export class Arenas {
  readonly #symbols: NativeSymbols;
  readonly #held = new Map<bigint, Held>();

  /** @param symbols of the library */
  constructor(symbols: NativeSymbols) {
    this.#symbols = symbols;
  }

  /**
   * Makes an arena of zeroed bytes and holds it.
   *
   * @param maxByteLength what it can grow to; until then the rest takes addresses alone
   * @throws {RangeError} if the system refuses either length
   */
  create(byteLength: number, maxByteLength: number = byteLength): ArenaName {
    const pointer = this.#symbols.slu_arena_new(byteLength, maxByteLength);
    if (pointer === null) {
      throw new RangeError(`Cannot make an arena of ${byteLength} bytes: ${lastNativeError(this.#symbols)}`);
    }
    const address = Deno.UnsafePointer.value(pointer);
    this.#held.set(address, { pointer, maxByteLength, buffer: undefined });
    return { address, byteLength, maxByteLength };
  }

  /**
   * Holds an arena, unless it is held already, and wraps it. Returns the same buffer each time, unless that was
   * detached, or the arena has grown: then a new one over the same bytes, while the old one stays as it is.
   *
   * @throws {TypeError} if the arena does not exist, or no longer exists
   */
  open(name: ArenaName): ArrayBuffer {
    const held = this.#hold(name);
    if (held.buffer === undefined || held.buffer.byteLength < name.byteLength) held.buffer = this.#wrap(held, name);
    return held.buffer;
  }

  /**
   * Holds an arena, if it is not held yet, and wraps it once more: the buffer is no other caller's.
   *
   * @throws {TypeError} if there is no such arena (any more)
   */
  lend(name: ArenaName): ArrayBuffer {
    return this.#wrap(this.#hold(name), name);
  }

  /**
   * Gives the memory of the whole pages between two offsets back to the system, where nobody uses them.
   *
   * @returns whether the system could
   */
  discard(name: ArenaName, from: number, to: number): boolean {
    return this.#symbols.slu_arena_discard(this.#hold(name).pointer, from, to) === 1;
  }

  /**
   * The arena's address as native functions take it. Unsafe: what is behind it lives only while the arena is held.
   *
   * @throws {TypeError} if there is no such arena (any more)
   */
  unsafePointer(name: ArenaName): Deno.PointerObject {
    return this.#hold(name).pointer;
  }

  /** Gives up this driver's hold; without one, nothing happens. Its buffers must not be used any more. */
  release(name: ArenaName): void {
    const held = this.#held.get(name.address);
    if (held === undefined) return;
    this.#held.delete(name.address);
    this.#symbols.slu_arena_release(held.pointer);
  }

  #wrap({ pointer }: Held, { byteLength }: ArenaName): ArrayBuffer {
    if (this.#symbols.slu_arena_show(pointer, byteLength) === 0) {
      throw new TypeError(`Cannot open ${byteLength} bytes of an arena: ${lastNativeError(this.#symbols)}`);
    }
    return Deno.UnsafePointerView.getArrayBuffer(pointer, byteLength);
  }

  #hold(name: ArenaName): Held {
    const known = this.#held.get(name.address);
    if (known !== undefined && known.maxByteLength === name.maxByteLength) return known;
    const pointer = Deno.UnsafePointer.create(name.address);
    const maxByteLength = known === undefined ? this.#symbols.slu_arena_open(pointer) : known.maxByteLength;
    if (pointer === null || maxByteLength !== name.maxByteLength) {
      if (known === undefined && maxByteLength !== 0) this.#symbols.slu_arena_release(pointer);
      throw new TypeError(`Cannot open an arena of ${name.byteLength} bytes: it was released`);
    }
    const held: Held = { pointer, maxByteLength, buffer: undefined };
    this.#held.set(name.address, held);
    return held;
  }
}
