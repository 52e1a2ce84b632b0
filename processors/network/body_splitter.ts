/**
 * Cuts a body into messages: lines, whole samples, the whole of it, or its bytes as they come.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";

/** Where a body is cut: behind line feeds, between samples, nowhere, or wherever a chunk ends. */
export type BodyCut = "lines" | "units" | "whole" | "chunks";

/** Cuts one body after another. It holds no more than one message. */
export class BodySplitter {
  readonly #cut: BodyCut;
  readonly #unitBytes: number;
  readonly #maxBytes: number;
  readonly #refuse: (error: SluiceError) => void;
  #parts: Uint8Array[] = [];
  #size = 0;
  /** Whether what is left of a message is passed over, which is too long. */
  #isPassing = false;

  /**
   * @param unitBytes of a sample of all channels
   * @param maxBytes the longest message
   * @param refuse is told of one that is longer, the rest of which is passed over
   */
  constructor(cut: BodyCut, unitBytes: number, maxBytes: number, refuse: (error: SluiceError) => void) {
    this.#cut = cut;
    this.#unitBytes = unitBytes;
    this.#maxBytes = maxBytes;
    this.#refuse = refuse;
  }

  /** Forgets what is left of a body that broke off. */
  reset(): void {
    this.#parts = [];
    this.#size = 0;
    this.#isPassing = false;
  }

  /** Takes a chunk. @returns the messages that are complete with it */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    if (this.#cut === "chunks") yield chunk;
    else if (this.#cut === "whole") this.#keep(chunk);
    else if (this.#cut === "lines") yield* this.#lines(chunk);
    else yield* this.#units(chunk);
  }

  /** Ends a body. @returns the message that was not complete; no samples */
  *end(): Generator<Uint8Array> {
    const hasMore = !this.#isPassing && (this.#size > 0 || this.#cut === "whole");
    if (hasMore && (this.#cut === "lines" || this.#cut === "whole")) yield this.#taken();
    this.reset();
  }

  /** Bytes that are left of a message which is not complete. */
  get rest(): number {
    return this.#size;
  }

  *#lines(chunk: Uint8Array): Generator<Uint8Array> {
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(10, from);
      this.#keep(chunk.subarray(from, end < 0 ? chunk.length : end + 1));
      if (end < 0) return;
      if (!this.#isPassing) yield this.#taken();
      this.#isPassing = false;
      from = end + 1;
    }
  }

  *#units(chunk: Uint8Array): Generator<Uint8Array> {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    const rest = this.#size % this.#unitBytes;
    if (this.#size === rest) return;
    const bytes = this.#taken();
    if (rest > 0) this.#parts.push(bytes.slice(bytes.length - rest));
    this.#size = rest;
    yield bytes.subarray(0, bytes.length - rest);
  }

  #keep(bytes: Uint8Array): void {
    if (this.#isPassing) return;
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size <= this.#maxBytes) return;
    const what = this.#cut === "lines" ? "a line" : "the body";
    const found = `Cannot read a message: ${what} has ${this.#size} bytes or more`;
    this.reset();
    this.#isPassing = true;
    this.#refuse(new SluiceError("LimitExceeded", `${found}, at most ${this.#maxBytes} are taken; raise "maxBytes"`));
  }

  #taken(): Uint8Array {
    const bytes = this.#parts.length === 1 ? this.#parts[0] : new Uint8Array(this.#size);
    if (this.#parts.length !== 1) {
      let at = 0;
      for (const part of this.#parts) {
        bytes.set(part, at);
        at += part.length;
      }
    }
    this.#parts = [];
    this.#size = 0;
    return bytes;
  }
}
