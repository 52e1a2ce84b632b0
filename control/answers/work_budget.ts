/**
 * ControlLimits a kind of work to a share of a thread's time, of which some can be saved up. The work is measured and
 * subtracted, so that a long answer is followed by a wait, whatever it was for.
 *
 * @module
 */

/**
 * How many bytes the thread writes to sockets in a millisecond. That happens later, and cannot be measured at the call.
 */
const BYTES_PER_MS = 100_000;

export class WorkBudget {
  readonly #share: number;
  readonly #burstMs: number;
  readonly #nowMs: () => number;
  #leftMs: number;
  #atMs: number;

  /**
   * @param share of the passing time, 0 to 1
   * @param burstMs the most that can be saved up, and owed, milliseconds
   * @param leftMs the initial budget, milliseconds
   * @param nowMs a clock, milliseconds
   */
  constructor(share: number, burstMs: number, leftMs: number, nowMs: () => number) {
    this.#share = share;
    this.#burstMs = burstMs;
    this.#leftMs = leftMs;
    this.#nowMs = nowMs;
    this.#atMs = nowMs();
  }

  /** The remaining budget, milliseconds; negative if time is owed. */
  get leftMs(): number {
    const nowMs = this.#nowMs();
    this.#leftMs = Math.min(this.#burstMs, this.#leftMs + (nowMs - this.#atMs) * this.#share);
    this.#atMs = nowMs;
    return this.#leftMs;
  }

  /** Subtracts work that was done, milliseconds. */
  spend(ms: number): void {
    this.#leftMs = Math.max(-this.#burstMs, this.leftMs - ms);
  }
}

/** The budget of one client: a small one of its own, and the rest of the shared one. */
export class ClientBudget {
  readonly #own: WorkBudget;
  readonly #shared: WorkBudget;

  /** @param shared by all clients */
  constructor(own: WorkBudget, shared: WorkBudget) {
    this.#own = own;
    this.#shared = shared;
  }

  /** Whether time is left. */
  get hasTime(): boolean {
    return this.#shared.leftMs > 0 || this.#own.leftMs > 0;
  }

  /** Counts bytes that are still to be written to the client. */
  sent(bytes: number): void {
    this.took(bytes / BYTES_PER_MS);
  }

  /** Counts work that cannot be measured at the call, milliseconds. */
  took(ms: number): void {
    this.#spend(ms);
  }

  /** Does work that takes thread time, and counts it. */
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
