/**
 * The items that a script has pushed and its node has not yet written. A push never blocks and never drops: its promise
 * settles once the graph has the item, or never will. The queue has no limit.
 *
 * @module
 */

/** An item and the callbacks for its end. */
interface Pushed<T> {
  readonly item: T;
  /** Reports that the graph has the item. */
  resolve(): void;
  /** Reports that the graph will not get the item. */
  reject(reason: unknown): void;
}

/**
 * Takes the items of a queue one by one, until it leaves or another reader starts: that reader then gets the held item.
 */
export interface PushReader<T> {
  /** True while a taken item is not settled. */
  readonly holds: boolean;
  /** Takes the next item, once there is one. @returns `undefined` at the end */
  take(): Promise<{ readonly item: T } | undefined>;
  /** Reports that the graph has the held item. */
  resolve(): void;
  /** Reports that the graph will not get the held item. */
  reject(reason: unknown): void;
  /** Stops taking items. */
  leave(): void;
}

export class PushQueue<T> {
  readonly #items: Pushed<T>[] = [];
  #reader: PushReader<T> | undefined;
  /** The item that the reader holds. */
  #taken: Pushed<T> | undefined;
  #wake: (() => void) | undefined;
  #ended = false;
  /** The reason why pushes are refused. */
  #closed: { readonly reason: unknown } | undefined;

  /** Adds an item. Settles when the node has written it, or rejects with the reason why it never will. */
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

  /** Rejects every waiting or held item, and every later push. Only the first reason counts. */
  close(reason: unknown): void {
    this.#closed ??= { reason };
    this.#taken?.reject(this.#closed.reason);
    this.#taken = undefined;
    for (const pushed of this.#items.splice(0)) pushed.reject(this.#closed.reason);
    this.#wakeReader();
  }

  /** Accepts items again after `close()`. @param anew true also after `end()`, which ended another run */
  reopen(anew: boolean): void {
    this.#closed = undefined;
    if (anew) this.#ended = false;
  }

  /** Starts a reader, in place of the previous one. */
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

  /** @param takes returns true while the asking reader is still the queue's reader */
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
