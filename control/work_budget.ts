/**
 * How much of a thread's time a kind of work may take: a share of it over time, with some saved up for a moment. What
 * was done is measured and taken off, so that one long answer is made up for by a wait, whatever it was for.
 *
 * @module
 */

/**
 * What a millisecond of the thread writes to sockets, bytes: that is done later, and cannot be measured where it is
 * asked for.
 */
const BYTES_PER_MS = 100_000;

export class WorkBudget {
  readonly #share: number;
  readonly #burstMs: number;
  readonly #nowMs: () => number;
  #leftMs: number;
  #atMs: number;

  /**
   * @param share of the time that passes, 0 to 1
   * @param burstMs most that is saved up, and most that can be owed, milliseconds
   * @param leftMs what is there at the beginning, milliseconds
   * @param nowMs a clock, milliseconds
   */
  constructor(share: number, burstMs: number, leftMs: number, nowMs: () => number) {
    this.#share = share;
    this.#burstMs = burstMs;
    this.#leftMs = leftMs;
    this.#nowMs = nowMs;
    this.#atMs = nowMs();
  }

  /** What is left, milliseconds; below 0: what is owed. */
  get leftMs(): number {
    const nowMs = this.#nowMs();
    this.#leftMs = Math.min(this.#burstMs, this.#leftMs + (nowMs - this.#atMs) * this.#share);
    this.#atMs = nowMs;
    return this.#leftMs;
  }

  /** Takes off what was done, milliseconds. */
  spend(ms: number): void {
    this.#leftMs = Math.max(-this.#burstMs, this.leftMs - ms);
  }
}

/** The budget of one client: a small one of its own, and what is left of the one that all share. */
export class ClientBudget {
  readonly #own: WorkBudget;
  readonly #shared: WorkBudget;

  /** @param shared by all clients */
  constructor(own: WorkBudget, shared: WorkBudget) {
    this.#own = own;
    this.#shared = shared;
  }

  /** Whether there is time for more. */
  get hasTime(): boolean {
    return this.#shared.leftMs > 0 || this.#own.leftMs > 0;
  }

  /** Counts what is still to be written to the client. */
  sent(bytes: number): void {
    this.took(bytes / BYTES_PER_MS);
  }

  /** Counts what cannot be measured where it is asked for, milliseconds. */
  took(ms: number): void {
    this.#spend(ms);
  }

  /** Does something that takes time of the thread, and counts it. */
  measure<T>(work: () => T): T {
    const startMs = performance.now();
    try {
      return work();
    } finally {
      this.#spend(performance.now() - startMs);
    }
  }

  #spend(ms: number): void {
    this.#own.spend(ms);
    this.#shared.spend(ms);
  }
}
