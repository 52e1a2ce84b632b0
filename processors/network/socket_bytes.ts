/**
 * Reads a socket in pieces of the sizes that are asked for. Nothing is read before, and a piece grows with what comes:
 * what was claimed to come takes no memory.
 *
 * @module
 */
import type { Socket } from "node:net";

/** The bytes of a socket, in order. One caller at a time. */
export class SocketBytes {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #isWaiting = false;
  #hasCome = false;
  #failure: Error | undefined;

  constructor(socket: Socket) {
    // Without a listener an error between two reads would end the process.
    socket.on("error", (error) => this.#failure ??= error);
    this.#chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  }

  /** Whether somebody waits for more. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Whether anything has come since this was asked last. */
  hasCome(): boolean {
    const hasCome = this.#hasCome;
    this.#hasCome = false;
    return hasCome;
  }

  /**
   * Takes bytes, which belong to the caller.
   *
   * @throws {Error} if the connection breaks or ends before
   */
  async take(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    while (size < count) {
      if (this.#chunk.length === 0) await this.#more();
      const part = this.#chunk.subarray(0, count - size);
      this.#chunk = this.#chunk.subarray(part.length);
      parts.push(part);
      size += part.length;
    }
    if (parts.length === 1) return parts[0].slice();
    const bytes = new Uint8Array(count);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /**
   * Takes a line of ASCII, without its end.
   *
   * @throws {Error} for one that is too long, and as `take()`
   */
  async line(mostBytes: number): Promise<string> {
    let line = "";
    for (;;) {
      if (this.#chunk.length === 0) await this.#more();
      const end = this.#chunk.indexOf(10);
      const part = this.#chunk.subarray(0, end < 0 ? this.#chunk.length : end);
      if (line.length + part.length > mostBytes) {
        throw new Error(`a line of its answer has more than ${mostBytes} bytes`);
      }
      line += String.fromCharCode(...part);
      this.#chunk = this.#chunk.subarray(part.length + (end < 0 ? 0 : 1));
      if (end >= 0) return line.replace(/\r$/, "");
    }
  }

  async #more(): Promise<void> {
    this.#isWaiting = true;
    try {
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error("the other side has broken the connection off");
      this.#chunk = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      this.#hasCome = true;
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      this.#isWaiting = false;
    }
  }
}
