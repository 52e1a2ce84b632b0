/**
 * Reads a stream in pieces of the sizes that are asked for. Keeps no more than one chunk of it.
 *
 * @module
 */

/** The bytes of a stream, in order. */
export class StreamBytes {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  /** How many bytes of a line there are at the end of the stream, without its line feed; 0 before that. */
  cutBytes = 0;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /**
   * Fills a piece of memory.
   *
   * @returns how many bytes it has got: fewer than it has room for only at the end of the stream
   */
  async fill(target: Uint8Array): Promise<number> {
    let done = 0;
    while (done < target.length && await this.#more()) {
      const part = this.#chunk.subarray(0, target.length - done);
      target.set(part, done);
      this.#chunk = this.#chunk.subarray(part.length);
      done += part.length;
    }
    return done;
  }

  /**
   * Reads up to the next line feed.
   *
   * @returns the line without it; `undefined` at the end of the stream, which may lie within a line: see {@linkcode cutBytes}
   * @throws {Error} for a line that is longer than so many bytes
   */
  async line(mostBytes: number): Promise<string | undefined> {
    const bytes: number[] = [];
    while (await this.#more()) {
      const end = this.#chunk.indexOf(10);
      const part = this.#chunk.subarray(0, end < 0 ? this.#chunk.length : end);
      if (bytes.length + part.length > mostBytes) throw new Error(`a line has more than ${mostBytes} bytes`);
      bytes.push(...part);
      this.#chunk = this.#chunk.subarray(end < 0 ? this.#chunk.length : end + 1);
      if (end >= 0) return new TextDecoder().decode(Uint8Array.from(bytes));
    }
    this.cutBytes = bytes.length;
    return undefined;
  }

  /** Lets go of the stream. What is left in it is not read. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }

  async #more(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#reader.read();
      if (done) return false;
      this.#chunk = value;
    }
    return true;
  }
}
