/**
 * The options of a server of pipelines over HTTP beside those of all servers.
 *
 * @module
 */
import { assertServeOptions, assertTexts, assertTls, type ServeOptions } from "../serve_options.ts";

/** The port by default. */
export const DEFAULT_PORT = 8080;

/** Limits of a server. The router has those of sessions. */
export interface HttpLimits {
  /** The most bytes of the body of a request; by default 64 MiB. */
  readonly bodyBytes?: number;
  /** The most bytes of all bodies that are held at once; by default 256 MiB. */
  readonly bodiesBytes?: number;
  /** Time limit for the arrival of a body, milliseconds; by default 30,000. */
  readonly bodyMs?: number;
  /** The most characters of a graph that a client brings along, as JSON; by default 1 MiB. */
  readonly graphBytes?: number;
  /** The most items of one request; by default 65,536. */
  readonly requestItems?: number;
  /** WebSockets at once; by default 256. */
  readonly connections?: number;
  /** Time limit for a WebSocket to name its graph, milliseconds; by default 10,000. */
  readonly openMs?: number;
  /** A WebSocket that gives no sign of life and answers no ping for this long is closed, seconds; by default 60. */
  readonly idleSeconds?: number;
  /** The most inputs of a WebSocket on their way to its session; by default 64. */
  readonly windowItems?: number;
  /** The most bytes of them; by default 4 MiB. The item that passes the limit is still taken. */
  readonly windowBytes?: number;
  /** The most events of a session that are kept for readers that come back; by default 256. */
  readonly resumeEvents?: number;
  /** The most characters of them; by default 1 MiB. */
  readonly resumeBytes?: number;
  /** Time that an ended session is kept for such readers, milliseconds; by default 30,000. */
  readonly keepMs?: number;
  /** Time between two signs of life of an event stream that has nothing to tell, milliseconds; by default 15,000. */
  readonly beatMs?: number;
}

/** Options of `serveHttp()`. The port is 8080 by default. */
export interface HttpOptions extends ServeOptions {
  /** Further names that requests may use for this server. */
  readonly allowedHosts?: readonly string[];
  /** Limits of requests and connections. */
  readonly limits?: HttpLimits;
}

/** The limits by default. */
export const HTTP_LIMITS: Required<HttpLimits> = {
  bodyBytes: 67_108_864,
  bodiesBytes: 268_435_456,
  bodyMs: 30_000,
  graphBytes: 1_048_576,
  requestItems: 65_536,
  connections: 256,
  openMs: 10_000,
  idleSeconds: 60,
  windowItems: 64,
  windowBytes: 4_194_304,
  resumeEvents: 256,
  resumeBytes: 1_048_576,
  keepMs: 30_000,
  beatMs: 15_000,
};

/**
 * Refuses options that are none.
 *
 * @throws {SluiceError} `InvalidConfig`, with the option and what was wanted; a token is not shown
 */
export function assertHttpOptions(options: HttpOptions): void {
  assertServeOptions(options, ["allowedHosts"], HTTP_LIMITS);
  if (options.tls !== undefined) assertTls(options.tls);
  assertTexts("allowedHosts", options.allowedHosts);
}
