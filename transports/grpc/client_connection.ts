/**
 * A client's connection to a server: opened by the first call, shared by all, pinged as the server's are, and closed when
 * it was idle for long enough. Whatever ends it ends its calls with an error.
 *
 * @module
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import { Connections } from "./connections.ts";

/** How long a connection stays open without a call, milliseconds. */
const IDLE_MS = 10_000;

/** What Connect asks for streams. */
export class ClientConnection {
  /** The origin of the server's URL. */
  readonly authority: string;
  readonly #options: SecureClientSessionOptions;
  readonly #connections: Connections;
  #current: OpenConnection | undefined;
  #isClosed = false;

  /** @param silenceMs how long the server may leave pings unanswered */
  constructor(authority: string, options: SecureClientSessionOptions, silenceMs: number) {
    this.authority = authority;
    this.#options = options;
    const what = `the server has not answered for ${silenceMs / 1000} s; look whether it hangs, or the network is down`;
    const silence = new ConnectError(what, Code.DeadlineExceeded);
    this.#connections = new Connections({ connections: Infinity, pingMs: Math.ceil(silenceMs / 2), silence });
  }

  /** Opens a stream. @throws {Error} if the connection was closed for good */
  // deno-lint-ignore require-await -- what it throws rejects the call
  async request(method: string, path: string, headers: OutgoingHttpHeaders): Promise<ClientHttp2Stream> {
    if (this.#isClosed) throw new Error("the client was closed");
    const { session } = this.#current ?? {};
    if (session === undefined || session.closed || session.destroyed) this.#current = this.#open();
    return this.#current!.request({ ...headers, ":method": method, ":path": path });
  }

  /** The pings tell whether the connection lives. */
  notifyResponseByteRead(): void {}

  /** Closes the connection, and ends its calls. */
  close(): void {
    this.#isClosed = true;
    this.#connections.destroy();
  }

  #open(): OpenConnection {
    const session = connect(this.authority, this.#options);
    this.#connections.add(session);
    return new OpenConnection(session);
  }
}

class OpenConnection {
  readonly session: ClientHttp2Session;
  readonly #streams = new Set<ClientHttp2Stream>();
  #error = new Error("the connection was closed");
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on("error", (error) => this.#error = error);
    session.once("close", () => {
      clearTimeout(this.#idle);
      // A stream whose connection has gone may hear nothing of it.
      for (const stream of this.#streams) stream.destroy(this.#error);
    });
  }

  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const stream = this.session.request(headers);
    clearTimeout(this.#idle);
    this.#streams.add(stream);
    stream.once("close", () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0 && !this.session.closed) {
        this.#idle = setTimeout(() => this.session.close(), IDLE_MS);
      }
    });
    return stream;
  }
}
