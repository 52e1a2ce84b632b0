/**
 * The connections of a server or a client: at most so many. Those of HTTP/2 must answer pings: one whose other end has gone
 * without a word is found by that, and closing it cancels its calls. Those of HTTP/1.1 serve one call, which must begin in
 * time.
 *
 * @module
 */
import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";

/** What connections may do. */
export interface ConnectionLimits {
  readonly connections: number;
  readonly pingMs: number;
  /** What the calls of a connection fail with that answers no ping; by default that it was closed. */
  readonly silence?: Error;
}

export class Connections {
  /** Each with whether it has yet to answer a ping. */
  readonly #open = new Map<Http2Session, boolean>();
  /** Those of HTTP/1.1, each with what ends the wait for its call while that has not begun. */
  readonly #singles = new Map<Socket, ReturnType<typeof setTimeout> | undefined>();
  readonly #limits: ConnectionLimits;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size + this.#singles.size;
  }

  /** Takes a connection in. @returns `false` if there are too many, and it was closed */
  add(connection: Http2Session): boolean {
    // What breaks a connection also closes it.
    connection.on("error", () => {});
    if (this.size >= this.#limits.connections) {
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

  /** Takes in a connection of HTTP/1.1, and closes it if there are too many, or its call does not begin in time. */
  addSingle(socket: Socket, beginMs: number): void {
    socket.on("error", () => {});
    if (this.size >= this.#limits.connections) return void socket.destroy();
    this.#singles.set(socket, setTimeout(() => socket.destroy(), beginMs));
    socket.once("close", () => {
      clearTimeout(this.#singles.get(socket));
      this.#singles.delete(socket);
    });
  }

  /** A call of a connection of HTTP/1.1 begins. One behind it cuts the connection off. @returns whether it may */
  begin(socket: Socket): boolean {
    const waiting = this.#singles.get(socket);
    if (waiting === undefined) socket.destroy();
    clearTimeout(waiting);
    if (this.#singles.has(socket)) this.#singles.set(socket, undefined);
    return waiting !== undefined;
  }

  /** Lets no more calls begin, and closes each connection once its calls have ended. */
  retire(): void {
    for (const connection of this.#open.keys()) connection.close();
    for (const [socket, waiting] of this.#singles) if (waiting !== undefined) socket.destroy();
  }

  /** Cuts all off. */
  destroy(): void {
    for (const connection of [...this.#open.keys(), ...this.#singles.keys()]) connection.destroy();
  }

  #ping(): void {
    for (const [connection, isAsked] of this.#open) {
      if (isAsked) {
        connection.destroy(this.#limits.silence);
        continue;
      }
      // Its close event has yet to come.
      if (connection.destroyed) continue;
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
