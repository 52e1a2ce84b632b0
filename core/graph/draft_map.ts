/**
 * A draft of a map. It holds only the differences, so that its cost is the number of changes, not the size of the map.
 * The base map must not change meanwhile.
 *
 * @module
 */

/** A map that can be the base of a draft. */
export interface EditableMap<K, V> extends ReadonlyMap<K, V> {
  set(key: K, value: V): unknown;
  delete(key: K): boolean;
}

/** The entries that a draft has and its base lacks, and the reverse. */
export interface MapChanges<V> {
  /** New values of new and old keys, in the order of the draft. */
  readonly set: readonly V[];
  /** Values of removed keys, including those that were added again: in the order of the base. */
  readonly gone: readonly V[];
}

/** A draft of a map. Keys come in the order that a copy of the base would have. Values are never `undefined`. */
export class DraftMap<K, V> implements EditableMap<K, V> {
  readonly #base: EditableMap<K, V>;
  /** Values that replace those of `#base`, or come after them. */
  readonly #set = new Map<K, V>();
  /** Keys of `#base` that were removed; those that were added again come last. */
  readonly #gone = new Set<K>();
  /** The number of keys in `#set` that come after those of `#base`. */
  #appended = 0;

  constructor(base: EditableMap<K, V>) {
    this.#base = base;
  }

  get size(): number {
    return this.#base.size - this.#gone.size + this.#appended;
  }

  get(key: K): V | undefined {
    return this.#set.get(key) ?? (this.#gone.has(key) ? undefined : this.#base.get(key));
  }

  has(key: K): boolean {
    return this.#set.has(key) || this.#keeps(key);
  }

  set(key: K, value: V): this {
    if (!this.has(key)) this.#appended++;
    this.#set.set(key, value);
    return this;
  }

  delete(key: K): boolean {
    const isSet = this.#set.delete(key);
    if (this.#keeps(key)) {
      this.#gone.add(key);
      return true;
    }
    if (isSet) this.#appended--;
    return isSet;
  }

  *entries(): MapIterator<[K, V]> {
    for (const [key, value] of this.#base) {
      if (!this.#gone.has(key)) yield [key, this.#set.get(key) ?? value];
    }
    for (const entry of this.#set) if (!this.#keeps(entry[0])) yield entry;
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    this.#base.forEach((value, key) => {
      if (!this.#gone.has(key)) visit(this.#set.get(key) ?? value, key, this);
    });
    for (const [key, value] of this.#set) if (!this.#keeps(key)) visit(value, key, this);
  }

  /** Returns the differences. The cost is the number of differences, unless several keys have to be put in order. */
  changes(): MapChanges<V> {
    const replaced = [...this.#set.keys()].filter((key) => this.#keeps(key));
    const appended = [...this.#set].filter(([key]) => !this.#keeps(key)).map(([, value]) => value);
    const inPlace = this.#inOrder(new Set(replaced)).map((key) => this.#set.get(key)!);
    return { set: [...inPlace, ...appended], gone: this.#inOrder(this.#gone).map((key) => this.#base.get(key)!) };
  }

  /** Applies the draft to its base; no differences are left. */
  commit(): void {
    for (const key of this.#gone) this.#base.delete(key);
    for (const [key, value] of this.#set) this.#base.set(key, value);
    this.#gone.clear();
    this.#set.clear();
    this.#appended = 0;
  }

  /** True if a key of `#base` is at its old position. */
  #keeps(key: K): boolean {
    return this.#base.has(key) && !this.#gone.has(key);
  }

  /** Sorts keys of `#base` by its order. */
  #inOrder(keys: ReadonlySet<K>): K[] {
    if (keys.size < 2) return [...keys];
    return [...this.#base.keys()].filter((key) => keys.has(key));
  }
}
