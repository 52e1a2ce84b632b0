/**
 * The two ends of a native ring. Hot: the methods allocate nothing and never block; each is one native call. An end
 * belongs to one lane at a time, and must not be used after its ring was released.
 *
 * @module
 */
import { ENTRY } from "./layout.gen.ts";
import type { NativeSymbols } from "./symbols.ts";

const BATCH = ENTRY.batch;

const BATCH_BYTES = ENTRY.batch * 4;

/** Writes entries; `core/driver/driver.ts` states the contract of `RingWriter`. */
export class NativeRingWriter {
  readonly staging: Uint32Array<ArrayBuffer>;
  readonly evicted: Uint32Array<ArrayBuffer>;
  evictedCount = 0;
  readonly #pointer: Deno.PointerObject;
  readonly #symbols: NativeSymbols;
  readonly #evicts: boolean;

  /**
   * @param symbols of the library
   * @param pointer of the ring
   * @param staging the writer's staging area, from the library
   * @param evicts whether the ring evicts
   */
  constructor(
    symbols: NativeSymbols,
    pointer: Deno.PointerObject,
    staging: Deno.PointerObject,
    evicts: boolean,
  ) {
    this.#symbols = symbols;
    this.#pointer = pointer;
    this.#evicts = evicts;
    const buffer = Deno.UnsafePointerView.getArrayBuffer(staging, 2 * BATCH_BYTES);
    this.staging = new Uint32Array(buffer, 0, BATCH);
    this.evicted = new Uint32Array(buffer, BATCH_BYTES, BATCH);
  }

  commit(count: number): number {
    if (count > BATCH) throw new RangeError(`Cannot commit ${count} entries: a batch has ${BATCH}`);
    const answer = this.#symbols.slu_ring_commit(this.#pointer, count);
    if (!this.#evicts) return answer;
    this.evictedCount = answer;
    return count;
  }

  push(entry: number): number {
    return this.#symbols.slu_ring_push(this.#pointer, entry);
  }

  room(): number {
    return this.#symbols.slu_ring_room(this.#pointer);
  }

  awaitRoom(): number {
    return this.#symbols.slu_ring_await_room(this.#pointer);
  }
}

/** Reads entries; `core/driver/driver.ts` states the contract of `RingReader`. */
export class NativeRingReader {
  readonly staging: Uint32Array<ArrayBuffer>;
  readonly #pointer: Deno.PointerObject;
  readonly #symbols: NativeSymbols;

  /**
   * @param symbols of the library
   * @param pointer of the ring
   * @param staging the reader's staging area, from the library
   */
  constructor(symbols: NativeSymbols, pointer: Deno.PointerObject, staging: Deno.PointerObject) {
    this.#symbols = symbols;
    this.#pointer = pointer;
    this.staging = new Uint32Array(Deno.UnsafePointerView.getArrayBuffer(staging, BATCH_BYTES));
  }

  fetch(max: number): number {
    return this.#symbols.slu_ring_fetch(this.#pointer, max);
  }

  pop(): number {
    return this.#symbols.slu_ring_pop(this.#pointer);
  }

  available(): number {
    return this.#symbols.slu_ring_available(this.#pointer);
  }
}
