/**
 * What one client may take of the server.
 *
 * @module
 */

/** Limits of a server; see {@linkcode DEFAULT_LIMITS}. */
export interface Limits {
  /** WebSocket connections at once. */
  readonly connections: number;
  /** Longest message that a client may send, characters. */
  readonly messageChars: number;
  /** Calls of one batch. */
  readonly batch: number;
  /** Calls a second of one connection, over time. */
  readonly callsPerSecond: number;
  /** Calls of one connection that may come at once. */
  readonly burst: number;
  /** Subscriptions of one connection. */
  readonly subscriptions: number;
  /** Bytes that may wait for a slow connection before statistics, events and lines are left out. */
  readonly waitingBytes: number;
  /** Bytes that may wait before the connection is closed. */
  readonly maxWaitingBytes: number;
  /** HTTP requests a second of all clients together. */
  readonly requestsPerSecond: number;
}

/** What holds by default. */
export const DEFAULT_LIMITS: Limits = {
  connections: 32,
  messageChars: 64 * 1024,
  batch: 32,
  callsPerSecond: 100,
  burst: 200,
  subscriptions: 8,
  waitingBytes: 1024 * 1024,
  maxWaitingBytes: 16 * 1024 * 1024,
  requestsPerSecond: 500,
};

/** Lets so many through a second, and so many at once. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #nowMs: () => number;
  #left: number;
  #atMs: number;

  /** @param nowMs a clock, milliseconds */
  constructor(perSecond: number, burst: number, nowMs: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#nowMs = nowMs;
    this.#left = burst;
    this.#atMs = nowMs();
  }

  /** @returns whether one more may pass */
  take(): boolean {
    const nowMs = this.#nowMs();
    this.#left = Math.min(this.#burst, this.#left + ((nowMs - this.#atMs) / 1e3) * this.#perSecond);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
