/**
 * A rate for each address that sends without a token: one stranger neither uses up another's share nor the owner's.
 *
 * @module
 */
import { RateLimit } from "../core/rate_limit.ts";

/** Addresses that are remembered; the one that came first goes first. */
const MAX_ADDRESSES = 1_000;

export class AddressLimits {
  readonly #perSecond: number;
  readonly #limits = new Map<string, RateLimit>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** @returns whether one more of this address may pass */
  take(address: string): boolean {
    let limit = this.#limits.get(address);
    if (limit === undefined) {
      limit = new RateLimit(this.#perSecond, this.#perSecond, () => performance.now());
      this.#limits.set(address, limit);
      if (this.#limits.size > MAX_ADDRESSES) this.#limits.delete(this.#limits.keys().next().value!);
    }
    return limit.take();
  }
}
