/**
 * What one client may take of the server.
 *
 * @module
 */

/** Limits of a server; see {@linkcode DEFAULT_LIMITS}. */
export interface Limits {
  /** WebSocket connections at once. */
  readonly connections: number;
  /** How long a connection may take to open before its place is free again, milliseconds. */
  readonly openMs: number;
  /** Longest message that a client may send, characters. */
  readonly messageChars: number;
  /** Calls of one batch. */
  readonly batch: number;
  /** Calls a second of one connection, over time. */
  readonly callsPerSecond: number;
  /** Calls of one connection that may come at once. */
  readonly burst: number;
  /** Share of the main thread's time that all clients may take together, 0 to 1. */
  readonly mainShare: number;
  /** Share that a connection has beside that, for itself, 0 to 1; the HTTP requests of all have one, too. */
  readonly connectionShare: number;
  /** Subscriptions of one connection. */
  readonly subscriptions: number;
  /** Bytes that may wait for a slow connection before statistics, events and lines are left out. */
  readonly waitingBytes: number;
  /** Bytes that may wait before the connection is closed. */
  readonly maxWaitingBytes: number;
  /** HTTP requests a second of all clients that have the token together, and of each address that has not. */
  readonly requestsPerSecond: number;
}

/** What holds by default. */
export const DEFAULT_LIMITS: Limits = {
  connections: 32,
  openMs: 5_000,
  messageChars: 64 * 1024,
  batch: 32,
  callsPerSecond: 100,
  burst: 200,
  mainShare: 0.25,
  connectionShare: 0.005,
  subscriptions: 8,
  waitingBytes: 1024 * 1024,
  maxWaitingBytes: 16 * 1024 * 1024,
  requestsPerSecond: 500,
};
