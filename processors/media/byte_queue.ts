/**
 * What comes out of a program, kept until it is wanted: a bounded queue of bytes that is filled beside the graph.
 *
 * @module
 */

/** Bytes of a stream, read ahead up to a bound. */
export class ByteQueue {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  /** How much is read ahead: a whole unit at least. */
  #bound = 262_144;
  #ended = false;
  #change = Promise.withResolvers<void>();
  #room = Promise.withResolvers<void>();
  /** Settles when the stream has ended, or was cancelled. */
  readonly #filled: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
    this.#filled = this.#fill();
  }

  /** Bytes that can be taken. */
  get length(): number {
    return this.#length;
  }

  /** Whether no more will come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when more has come, or the end. */
  get changed(): Promise<void> {
    return this.#change.promise;
  }

  /** Makes room for as many bytes at a time. */
  reserve(bytes: number): void {
    this.#bound = Math.max(this.#bound, 2 * bytes);
    this.#signalRoom();
  }

  /** The first bytes, at most so many; they stay. */
  peek(count: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(count, this.#length));
    for (let done = 0, chunk = 0; done < bytes.length; chunk++) {
      const part = this.#chunks[chunk].subarray(0, bytes.length - done);
      bytes.set(part, done);
      done += part.length;
    }
    return bytes;
  }

  /** Takes as many bytes, all at once. @returns `undefined` if there are fewer */
  take(count: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.#length < count) {
      this.reserve(count);
      return undefined;
    }
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count;) {
      const [first] = this.#chunks;
      const part = first.subarray(0, count - done);
      bytes.set(part, done);
      done += part.length;
      if (part.length === first.length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(part.length);
    }
    this.#length -= count;
    this.#signalRoom();
    return bytes;
  }

  /**
   * Takes a line, without its end.
   *
   * @returns `undefined` if none is whole
   * @throws {Error} for a line that is longer than so many bytes, or cut off by the end
   */
  takeLine(mostBytes: number): string | undefined {
    let before = 0;
    for (const chunk of this.#chunks) {
      const end = chunk.indexOf(10);
      if (end >= 0 && before + end <= mostBytes) {
        return new TextDecoder().decode(this.take(before + end + 1)!.subarray(0, -1));
      }
      before += end >= 0 ? end : chunk.length;
      if (before > mostBytes) throw new Error(`a line has more than ${mostBytes} bytes`);
    }
    if (this.#ended && before > 0) throw new Error("it ends within a line");
    return undefined;
  }

  /** Lets go of the stream. */
  async cancel(): Promise<void> {
    this.#ended = true;
    this.#room.resolve();
    await this.#reader.cancel().catch(() => {});
    await this.#filled;
  }

  async #fill(): Promise<void> {
    while (!this.#ended) {
      const { value, done } = await this.#reader.read().catch(() => ({ value: undefined, done: true }));
      if (done || value === undefined) break;
      if (value.length > 0) this.#chunks.push(value);
      this.#length += value.length;
      this.#signalChange();
      if (this.#length >= this.#bound) await this.#room.promise;
    }
    this.#ended = true;
    this.#signalChange();
  }

  #signalChange(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  #signalRoom(): void {
    if (this.#length >= this.#bound) return;
    this.#room.resolve();
    this.#room = Promise.withResolvers();
  }
}
