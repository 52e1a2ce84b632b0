/**
 * The items that a script has pushed and its node has not written yet. Pushing never blocks and never drops: each item
 * has a promise that settles once the graph has the item, or never will.
 *
 * @module
 */

/** An item, and the word that it is done with. */
export interface Pushed<T> {
  /** What was pushed. */
  readonly item: T;
  /** The graph has it. */
  resolve(): void;
  /** The graph will not have it. */
  reject(reason: unknown): void;
}

export class PushQueue<T> {
  readonly #items: Pushed<T>[] = [];
  #waiting: ((item: Pushed<T> | undefined) => void) | undefined;
  #ended = false;
  /** Why nothing can be pushed any more. */
  #closed: { readonly reason: unknown } | undefined;

  /** Adds an item. Settles when the node has written it, or rejects with why it never will. */
  push(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return reject(this.#closed.reason);
      if (this.#ended) return reject(new TypeError("Cannot push: end() was called before"));
      this.#hand({ item, resolve, reject });
    });
  }

  /** Ends the queue: no items follow. */
  end(): void {
    this.#ended = true;
    if (this.#items.length === 0) this.#hand(undefined);
  }

  /** Rejects everything that waits, and every later push. Only the first reason counts. */
  close(reason: unknown): void {
    this.#closed ??= { reason };
    for (const pushed of this.#items.splice(0)) pushed.reject(this.#closed.reason);
    this.#hand(undefined);
  }

  /** Takes items again, after it was closed. @param anew also where it was ended: that ended another run */
  reopen(anew: boolean): void {
    this.#closed = undefined;
    if (anew) this.#ended = false;
  }

  /** The next item, once there is one. @returns `undefined` at the end */
  take(): Promise<Pushed<T> | undefined> {
    const item = this.#items.shift();
    if (item !== undefined || this.#ended || this.#closed !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting = resolve);
  }

  #hand(pushed: Pushed<T> | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) waiting(pushed);
    else if (pushed !== undefined) this.#items.push(pushed);
  }
}
