/**
 * The HTTP/2 connections of a server or a client: at most so many, and each must answer its pings. One whose other end has gone
 * without a word is found by that, and closing it cancels its calls.
 *
 * @module
 */
import type { Http2Session } from "node:http2";

/** What connections may do. */
export interface ConnectionLimits {
  readonly connections: number;
  readonly pingMs: number;
}

export class Connections {
  /** Each with whether it has yet to answer a ping. */
  readonly #open = new Map<Http2Session, boolean>();
  readonly #limits: ConnectionLimits;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Takes a connection in. @returns `false` if there are too many, and it was closed */
  add(connection: Http2Session): boolean {
    // What breaks a connection also closes it.
    connection.on("error", () => {});
    if (this.#open.size >= this.#limits.connections) {
      connection.destroy();
      return false;
    }
    this.#open.set(connection, false);
    connection.once("close", () => this.#remove(connection));
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.#ping(), this.#limits.pingMs);
      Deno.unrefTimer(this.#timer);
    }
    return true;
  }

  /** Lets no more calls begin, and closes each connection once its calls have ended. */
  retire(): void {
    for (const connection of this.#open.keys()) connection.close();
  }

  /** Cuts all off. */
  destroy(): void {
    for (const connection of this.#open.keys()) connection.destroy();
  }

  #ping(): void {
    for (const [connection, isAsked] of this.#open) {
      if (isAsked) {
        connection.destroy();
        continue;
      }
      this.#open.set(connection, true);
      connection.ping((error) => {
        if (error === null && this.#open.has(connection)) this.#open.set(connection, false);
      });
    }
  }

  #remove(connection: Http2Session): void {
    this.#open.delete(connection);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
