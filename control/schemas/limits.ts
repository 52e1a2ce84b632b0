/**
 * The limits of one client.
 *
 * @module
 */

/** The limits of a server. {@linkcode DEFAULT_LIMITS} has the defaults. */
export interface ControlLimits {
  /** WebSocket connections at once. */
  readonly connections: number;
  /** Time limit for a connection to open before it loses its place, milliseconds. */
  readonly openMs: number;
  /** Longest message that a client may send, characters. */
  readonly messageChars: number;
  /** Most calls in one batch. */
  readonly batch: number;
  /** Sustained calls a second of one connection. */
  readonly callsPerSecond: number;
  /** The most calls of one connection at once. */
  readonly burst: number;
  /** The share of the main thread's time for all clients together, 0 to 1. */
  readonly mainShare: number;
  /** The additional share for each connection, and for all HTTP requests together, 0 to 1. */
  readonly connectionShare: number;
  /** Subscriptions of one connection. */
  readonly subscriptions: number;
  /** Taps of one connection. */
  readonly taps: number;
  /** Bytes that may wait for a slow connection before statistics, events and lines are left out. */
  readonly waitingBytes: number;
  /** Bytes that may wait before the connection is closed. */
  readonly maxWaitingBytes: number;
  /** HTTP requests a second: of all clients with the token together, and of each address without it. */
  readonly requestsPerSecond: number;
}

/** The default limits. */
export const DEFAULT_LIMITS: ControlLimits = {
  connections: 32,
  openMs: 5_000,
  messageChars: 1024 * 1024,
  batch: 32,
  callsPerSecond: 100,
  burst: 200,
  mainShare: 0.25,
  connectionShare: 0.005,
  subscriptions: 8,
  taps: 16,
  waitingBytes: 1024 * 1024,
  maxWaitingBytes: 16 * 1024 * 1024,
  requestsPerSecond: 500,
};
