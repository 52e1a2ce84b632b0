/**
 * A figure that is looked at again and again, in memory that does not grow.
 *
 * @module
 */
import type { Sample } from "./slope.ts";

export class Series {
  readonly #atSeconds: Float64Array;
  readonly #values: Float64Array;
  #count = 0;

  /** @param most looks that are kept; later ones are not */
  constructor(most: number) {
    this.#atSeconds = new Float64Array(most);
    this.#values = new Float64Array(most);
  }

  /** The newest value; `NaN` before the first. */
  get last(): number {
    return this.#count === 0 ? NaN : this.#values[this.#count - 1];
  }

  push(atSeconds: number, value: number): void {
    if (this.#count === this.#values.length) return;
    this.#atSeconds[this.#count] = atSeconds;
    this.#values[this.#count++] = value;
  }

  /** @param fromSeconds looks before it are left out */
  since(fromSeconds: number): Sample[] {
    const samples = Array.from({ length: this.#count }, (_, k): Sample => ({
      atSeconds: this.#atSeconds[k],
      value: this.#values[k],
    }));
    return samples.filter(({ atSeconds }) => atSeconds >= fromSeconds);
  }
}
