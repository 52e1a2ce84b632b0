/**
 * The nodes of a lane that are ready to run. A node's rank is its place in the order of the graph, and ready nodes come
 * out in sweeps: upwards by rank, then from the start again. So a frame passes a whole chain in one sweep, a node where
 * branches meet runs once all of them have, and every ready node has its turn in each sweep.
 *
 * A bitmap in two levels: adding and taking cost the same with ten nodes and with ten thousand. Nothing here allocates
 * or blocks. Only one lane's thread may call it.
 *
 * @module
 */

export class ReadySet {
  /** A bit for each rank. */
  readonly #words: Int32Array;
  /** A bit for each word that has a bit set. */
  readonly #summary: Int32Array;
  #count = 0;
  /** The next rank of this sweep. */
  #cursor = 0;

  /** @param ranks how many nodes there are */
  constructor(ranks: number) {
    this.#words = new Int32Array(Math.ceil(ranks / 32));
    this.#summary = new Int32Array(Math.ceil(this.#words.length / 32));
  }

  /** How many ranks are ready. */
  get size(): number {
    return this.#count;
  }

  /** Adds a rank, unless the set has it already. */
  add(rank: number): void {
    const word = rank >> 5;
    const bit = 1 << (rank & 31);
    if ((this.#words[word] & bit) !== 0) return;
    this.#words[word] |= bit;
    this.#summary[word >> 5] |= 1 << (word & 31);
    this.#count++;
  }

  /** Takes the next rank of the sweep. @returns -1 if the set is empty */
  take(): number {
    if (this.#count === 0) return -1;
    let rank = this.#from(this.#cursor);
    if (rank < 0) rank = this.#from(0);
    const word = rank >> 5;
    this.#words[word] &= ~(1 << (rank & 31));
    if (this.#words[word] === 0) this.#summary[word >> 5] &= ~(1 << (word & 31));
    this.#count--;
    this.#cursor = rank + 1;
    return rank;
  }

  /** Returns the lowest rank from `start` on that is in the set, or -1. */
  #from(start: number): number {
    const word = start >> 5;
    if (word >= this.#words.length) return -1;
    const here = this.#words[word] & (-1 << (start & 31));
    if (here !== 0) return (word << 5) | lowest(here);
    let block = (word + 1) >> 5;
    let words = block < this.#summary.length ? this.#summary[block] & (-1 << ((word + 1) & 31)) : 0;
    while (words === 0) {
      if (++block >= this.#summary.length) return -1;
      words = this.#summary[block];
    }
    const found = (block << 5) | lowest(words);
    return (found << 5) | lowest(this.#words[found]);
  }
}

/** Returns the index of the lowest set bit. */
function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
