/**
 * The words of a call of the runtime.
 *
 * @module
 */

/** What the runtime calls, as `crates/core/src/isolation/wire.rs` numbers it. */
export const CALL = {
  create: 1,
  process: 2,
  flush: 3,
  control: 4,
  command: 5,
  snapshot: 6,
  restore: 7,
  destroy: 9,
} as const;

/** The tag of a value that is a number. */
const NUMBER = 0;

const decoder = new TextDecoder();

/** Reads one word after the other. */
export class Words {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  word(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  number(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  /** Returns bytes that are valid as long as the call. */
  bytes(): Uint8Array {
    const length = this.word();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  /** Returns the JSON among the values, by which a processor is told of its configuration. */
  json(): unknown {
    for (let left = this.word(); left > 0; left--) {
      const name = this.text();
      if (this.word() === NUMBER) this.number();
      else if (name === "json") return JSON.parse(this.text());
      else this.text();
    }
    throw new Error("Internal error: the runtime has sent no JSON");
  }
}
