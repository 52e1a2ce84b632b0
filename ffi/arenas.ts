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
  readonly byteLength: number;
}

interface Held {
  readonly pointer: Deno.PointerObject;
  readonly byteLength: number;
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
   * @throws {RangeError} if the system refuses `byteLength`
   */
  create(byteLength: number): ArenaName {
    const pointer = this.#symbols.slu_arena_new(byteLength);
    if (pointer === null) {
      throw new RangeError(`Cannot make an arena of ${byteLength} bytes: ${lastNativeError(this.#symbols)}`);
    }
    const address = Deno.UnsafePointer.value(pointer);
    this.#held.set(address, { pointer, byteLength, buffer: undefined });
    return { address, byteLength };
  }

  /**
   * Holds an arena, unless it is held already, and wraps it. Returns the same buffer each time, unless that was
   * detached: then a new one over the same bytes.
   *
   * @throws {TypeError} if the arena does not exist, or no longer exists
   */
  open(name: ArenaName): ArrayBuffer {
    const held = this.#hold(name);
    if (held.buffer === undefined || held.buffer.detached) {
      held.buffer = Deno.UnsafePointerView.getArrayBuffer(held.pointer, held.byteLength);
    }
    return held.buffer;
  }

  /**
   * Holds an arena, if it is not held yet, and wraps it once more: the buffer is no other caller's.
   *
   * @throws {TypeError} if there is no such arena (any more)
   */
  lend(name: ArenaName): ArrayBuffer {
    const { pointer, byteLength } = this.#hold(name);
    return Deno.UnsafePointerView.getArrayBuffer(pointer, byteLength);
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

  #hold(name: ArenaName): Held {
    const known = this.#held.get(name.address);
    if (known !== undefined && known.byteLength === name.byteLength) return known;
    const pointer = Deno.UnsafePointer.create(name.address);
    const byteLength = known === undefined ? this.#symbols.slu_arena_open(pointer) : known.byteLength;
    if (pointer === null || byteLength !== name.byteLength) {
      if (known === undefined && byteLength !== 0) this.#symbols.slu_arena_release(pointer);
      throw new TypeError(`Cannot open an arena of ${name.byteLength} bytes: it was released`);
    }
    const held: Held = { pointer, byteLength, buffer: undefined };
    this.#held.set(name.address, held);
    return held;
  }
}
