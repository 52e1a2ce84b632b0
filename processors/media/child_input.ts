/**
 * The standard input of a program: bytes that wait for it, up to a bound.
 *
 * @module
 */

/** Bytes that may wait before no more are wanted; one frame may go beyond. */
const MOST_WAITING = 262_144;

/** What a program is given. */
export class ChildInput {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #waiting = 0;
  /** Whether the program, or this side, has closed it. */
  #closed = false;
  #change = Promise.withResolvers<void>();

  constructor(stream: WritableStream<Uint8Array<ArrayBuffer>>) {
    this.#writer = stream.getWriter();
    // A program that ends early closes it; its exit code says what that means.
    this.#writer.closed.catch(() => this.#end());
  }

  /** Whether more may be written. What is written after the program has closed it goes nowhere. */
  get hasRoom(): boolean {
    return this.#waiting < MOST_WAITING;
  }

  /** Resolves when some has been taken. */
  get changed(): Promise<void> {
    return this.#change.promise;
  }

  /** Lets bytes wait for the program. */
  write(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    this.#waiting += bytes.length;
    this.#writer.write(bytes).then(() => this.#taken(bytes.length), () => this.#end());
  }

  /** Closes it once what waits was taken. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#writer.close().catch(() => {});
  }

  /** Closes it at once. */
  async abort(): Promise<void> {
    this.#closed = true;
    await this.#writer.abort().catch(() => {});
  }

  #end(): void {
    this.#closed = true;
    this.#taken(this.#waiting);
  }

  #taken(bytes: number): void {
    this.#waiting -= bytes;
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
