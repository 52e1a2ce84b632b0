/**
 * ControlLimits the rate of each address that sends without a token, so that a stranger uses up neither the owner's share nor
 * another stranger's.
 *
 * @module
 */
import { RateLimit } from "../../core/log/rate_limit.ts";

/** How many addresses are remembered; a new one replaces the first. */
const MAX_ADDRESSES = 1_000;

export class AddressLimits {
  readonly #perSecond: number;
  readonly #limits = new Map<string, RateLimit>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** @returns whether this address may send one more */
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
