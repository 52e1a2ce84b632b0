/**
 * The options of a server of pipelines over gRPC beside those of all servers.
 *
 * @module
 */
import { assertServeOptions, assertTls, type ServeOptions, type ServeTls } from "../serve_options.ts";

/** The port by default. */
export const DEFAULT_PORT = 50_051;

/** Limits of a server. The router has those of sessions. */
export interface GrpcLimits {
  /**
   * The most bytes of a message, those of an `ExecutePipeline` with all its items among them; by default 4 MiB. One that
   * is made of nothing but empty items takes a hundred times as much memory while it is read.
   */
  readonly messageBytes?: number;
  /** The most characters of a graph that a client brings along, as JSON; by default 1 MiB. */
  readonly graphBytes?: number;
  /** The most items of an `ExecutePipeline`; by default 65,536. */
  readonly requestItems?: number;
  /** Calls of `ExecutePipeline` at once; by default 16. */
  readonly executes?: number;
  /** Connections at once; by default 256. */
  readonly connections?: number;
  /** Calls at once over one connection; by default 100. */
  readonly connectionCalls?: number;
  /** Time limit for the first message of a call, milliseconds; by default 30,000. */
  readonly openMs?: number;
  /**
   * Time between two pings of each connection, milliseconds; by default 20,000. One that has not answered by the next is
   * closed, with its sessions.
   */
  readonly pingMs?: number;
}

/** The certificates of a server and of its clients. All are PEM texts. */
export interface GrpcTls extends ServeTls {
  /** Mutual TLS: a client must show a certificate that one of these has signed. It needs no token then. */
  readonly clientCa?: string;
}

/** Options of `serveGrpc()`. The port is 50051 by default. */
export interface GrpcOptions extends ServeOptions {
  /** Serves over TLS. By default over plaintext. */
  readonly tls?: GrpcTls;
  /** Limits of calls and connections. */
  readonly limits?: GrpcLimits;
}

/** The limits by default. */
export const GRPC_LIMITS: Required<GrpcLimits> = {
  messageBytes: 4_194_304,
  graphBytes: 1_048_576,
  requestItems: 65_536,
  executes: 16,
  connections: 256,
  connectionCalls: 100,
  openMs: 30_000,
  pingMs: 20_000,
};

/**
 * Refuses options that are none.
 *
 * @throws {SluiceError} `InvalidConfig`, with the option and what was wanted; a token or a key is not shown
 */
export function assertGrpcOptions(options: GrpcOptions): void {
  assertServeOptions(options, [], GRPC_LIMITS);
  if (options.tls !== undefined) assertTls(options.tls, ["clientCa"]);
}
