/**
 * The options of a client of `/rpc`: where its server is, and its time limits.
 *
 * @module
 */

/** Options of a client. */
export interface ClientOptions {
  /** `ws://127.0.0.1:4840/rpc`. */
  readonly url: string;
  /**
   * The token, if the server requires one. A page that has logged in needs none, since the browser sends its cookie.
   */
  readonly token?: string;
  /**
   * First wait before reconnecting, milliseconds. It doubles up to `maxRetryMs` until a connection has answered all of
   * its first requests. By default 250.
   */
  readonly minRetryMs?: number;
  /** Longest wait before reconnecting, milliseconds; by default 5,000. */
  readonly maxRetryMs?: number;
  /** How long a call may take by default, milliseconds; by default 10,000. */
  readonly callTimeoutMs?: number;
  /** After this silence the client pings the server, milliseconds; by default 10,000. */
  readonly silenceMs?: number;
}
