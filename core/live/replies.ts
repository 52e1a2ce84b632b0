/**
 * Waits for an answer from each of several lanes or nodes.
 *
 * @module
 */
import type { SluiceError } from "../errors.ts";

/** Waits until all have answered. `K`: the type of those who answer. `R`: the type of an answer. */
export class Replies<K, R> {
  readonly #waiting: Set<K>;
  readonly #replies: R[] = [];
  readonly #done = Promise.withResolvers<readonly R[]>();

  /**
   * Begins to wait.
   *
   * @param timeoutMs how long to wait; absent: for ever
   * @param late makes the error for those who have not answered in time
   */
  constructor(from: Iterable<K>, timeoutMs?: number, late?: (from: readonly K[]) => SluiceError) {
    this.#waiting = new Set(from);
    this.#done.promise.catch(() => {});
    if (this.#waiting.size === 0) this.#done.resolve([]);
    if (timeoutMs === undefined || late === undefined) return;
    const timer = setTimeout(() => this.#done.reject(late(this.waiting)), timeoutMs);
    this.#done.promise.catch(() => {}).finally(() => clearTimeout(timer));
  }

  /** Settles when all have answered, one has refused, or the time is over. */
  get all(): Promise<readonly R[]> {
    return this.#done.promise;
  }

  /** Those who have not answered. */
  get waiting(): readonly K[] {
    return [...this.#waiting];
  }

  /** Takes an answer. Ignores a second answer, and an answer from one who was not asked. */
  answer(from: K, reply: R): void {
    if (!this.#waiting.delete(from)) return;
    this.#replies.push(reply);
    if (this.#waiting.size === 0) this.#done.resolve(this.#replies);
  }

  /** Ends the wait for all answers. */
  dismiss(): void {
    this.#done.resolve(this.#replies);
  }

  /** Rejects the wait, after a refusal or the end of the graph. */
  refuse(error: Error): void {
    this.#done.reject(error);
  }
}

/**
 * Waits for work until a time limit. The work continues after the limit.
 *
 * @param late makes the error to throw at the limit; absent: none is thrown
 */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number, late?: () => Error): Promise<T> {
  const timeout = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => late === undefined ? timeout.resolve(undefined as T) : timeout.reject(late()),
    timeoutMs,
  );
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
