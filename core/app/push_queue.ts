/**
 * The items that a script has pushed and its node has not written yet. Pushing never blocks and never drops: each item
 * has a promise that settles once the graph has the item, or never will.
 *
 * @module
 */

/** An item, and the word that it is done with. */
interface Pushed<T> {
  readonly item: T;
  /** The graph has it. */
  resolve(): void;
  /** The graph will not have it. */
  reject(reason: unknown): void;
}

/** Takes the items of a queue one by one, until it leaves or another one reads: what it holds is the next one's then. */
export interface PushReader<T> {
  /** Whether there is an item that it has taken, and that is not settled. */
  readonly holds: boolean;
  /** The next item, once there is one. @returns `undefined` at the end */
  take(): Promise<{ readonly item: T } | undefined>;
  /** The graph has the item that it holds. */
  resolve(): void;
  /** The graph will not have the item that it holds. */
  reject(reason: unknown): void;
  /** Takes no more. */
  leave(): void;
}

export class PushQueue<T> {
  readonly #items: Pushed<T>[] = [];
  #reader: PushReader<T> | undefined;
  /** What the reader holds. */
  #taken: Pushed<T> | undefined;
  #wake: (() => void) | undefined;
  #ended = false;
  /** Why nothing can be pushed any more. */
  #closed: { readonly reason: unknown } | undefined;

  /** Adds an item. Settles when the node has written it, or rejects with why it never will. */
  push(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return reject(this.#closed.reason);
      if (this.#ended) return reject(new TypeError("Cannot push: end() was called before"));
      this.#items.push({ item, resolve, reject });
      this.#wakeReader();
    });
  }

  /** Ends the queue: no items follow. */
  end(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  /** Rejects everything that waits or is held, and every later push. Only the first reason counts. */
  close(reason: unknown): void {
    this.#closed ??= { reason };
    this.#taken?.reject(this.#closed.reason);
    this.#taken = undefined;
    for (const pushed of this.#items.splice(0)) pushed.reject(this.#closed.reason);
    this.#wakeReader();
  }

  /** Takes items again, after it was closed. @param anew also where it was ended: that ended another run */
  reopen(anew: boolean): void {
    this.#closed = undefined;
    if (anew) this.#ended = false;
  }

  /** A reader in place of the one before. */
  read(): PushReader<T> {
    const takes = () => this.#reader === reader;
    const held = () => takes() ? this.#taken : undefined;
    const settle = (settled: Pushed<T> | undefined) => {
      if (settled !== undefined) this.#taken = undefined;
      return settled;
    };
    const reader: PushReader<T> = {
      get holds() {
        return held() !== undefined;
      },
      take: () => this.#take(takes),
      resolve: () => settle(held())?.resolve(),
      reject: (reason) => settle(held())?.reject(reason),
      leave: () => takes() && this.#replace(undefined),
    };
    this.#replace(reader);
    return reader;
  }

  #replace(reader: PushReader<T> | undefined): void {
    this.#reader = reader;
    if (this.#taken !== undefined) this.#items.unshift(this.#taken);
    this.#taken = undefined;
    this.#wakeReader();
  }

  /** @param takes whether the reader that asks is still the one of the queue */
  async #take(takes: () => boolean): Promise<Pushed<T> | undefined> {
    while (takes()) {
      const next = this.#items.shift();
      if (next !== undefined) return this.#taken = next;
      if (this.#ended || this.#closed !== undefined) return undefined;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return undefined;
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
