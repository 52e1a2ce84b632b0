/**
 * How a client of `/rpc` finds its server, and how patient it is.
 *
 * @module
 */

/** Options of a client. */
export interface ClientOptions {
  /** `ws://127.0.0.1:4840/rpc`. */
  readonly url: string;
  /** For servers that want one. A page that has logged in needs none: its cookie is sent by the browser. */
  readonly token?: string;
  /**
   * First wait before a new connection, milliseconds; it doubles up to `maxRetryMs` until a connection has answered all
   * that was asked of it at its beginning. By default 250.
   */
  readonly minRetryMs?: number;
  /** Milliseconds; by default 5,000. */
  readonly maxRetryMs?: number;
  /** How long a call may take by default, milliseconds; by default 10,000. */
  readonly callTimeoutMs?: number;
  /** Silence after which the client asks whether the server is there, milliseconds; by default 10,000. */
  readonly silenceMs?: number;
}
