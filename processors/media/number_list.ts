/**
 * Lists of numbers that grow for as long as a file is recorded: a few bytes an entry, and nothing for the garbage
 * collector to visit.
 *
 * @module
 */

/** Entries that a list has room for at first. */
const FIRST_ROOM = 256;

/** Numbers of 32 bits, or whole numbers of any size. */
export class NumberList<T extends Int32Array | Float64Array = Int32Array> {
  #values: T;
  #length = 0;

  /** @param Values `Int32Array`, or `Float64Array` for places in files */
  constructor(Values: { new (length: number): T }) {
    this.#values = new Values(FIRST_ROOM);
  }

  get length(): number {
    return this.#length;
  }

  /** The number at a place from 0 to {@linkcode length}. */
  at(index: number): number {
    return this.#values[index];
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new (this.#values.constructor as { new (length: number): T })(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** Changes the last number. */
  replaceLast(value: number): void {
    this.#values[this.#length - 1] = value;
  }
}

/** A list in which equal numbers that follow each other take one entry. */
export class RunList {
  readonly #counts = new NumberList(Int32Array);
  readonly #values = new NumberList(Int32Array);

  /** How many runs there are. */
  get length(): number {
    return this.#counts.length;
  }

  /** How many equal numbers a run has. */
  countAt(run: number): number {
    return this.#counts.at(run);
  }

  /** The number of a run. */
  valueAt(run: number): number {
    return this.#values.at(run);
  }

  /** Adds a number, as often as `count` says. */
  push(value: number, count = 1): void {
    if (count === 0) return;
    const last = this.length - 1;
    if (last >= 0 && this.#values.at(last) === value) return this.#counts.replaceLast(this.#counts.at(last) + count);
    this.#counts.push(count);
    this.#values.push(value);
  }
}
