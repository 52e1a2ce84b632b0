/**
 * Waits for an answer from each of several lanes or nodes.
 *
 * @module
 */
import type { SluiceError } from "../errors.ts";

/** Waits until everybody has answered. `K`: who answers. `R`: what. */
export class Replies<K, R> {
  readonly #waiting: Set<K>;
  readonly #replies: R[] = [];
  readonly #done = Promise.withResolvers<readonly R[]>();

  /**
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

  /** Settles when everybody has answered, one has refused, or the time is over. */
  get all(): Promise<readonly R[]> {
    return this.#done.promise;
  }

  /** Those who have not answered. */
  get waiting(): readonly K[] {
    return [...this.#waiting];
  }

  /** Takes an answer. Ignores one from somebody who has answered or was not asked. */
  answer(from: K, reply: R): void {
    if (!this.#waiting.delete(from)) return;
    this.#replies.push(reply);
    if (this.#waiting.size === 0) this.#done.resolve(this.#replies);
  }

  /** Ends the wait for all answers. */
  dismiss(): void {
    this.#done.resolve(this.#replies);
  }

  /** Somebody cannot do it, or the graph has ended. */
  refuse(error: Error): void {
    this.#done.reject(error);
  }
}
