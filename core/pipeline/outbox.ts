/**
 * Hands items from several writers to one reader, without room of its own: a writer waits until its item is taken.
 *
 * @module
 */

/** An item, and its writer's waiting. */
interface Offered<T> {
  readonly item: T;
  readonly taken: () => void;
}

/** Where the outputs of a session meet. */
export class Outbox<T> {
  readonly #offered: Offered<T>[] = [];
  #reader: PromiseWithResolvers<void> | undefined;
  #end: { readonly error?: unknown } | undefined;

  /** Offers an item. Settles once it was taken, or nobody will take it. */
  put(item: T): Promise<void> {
    if (this.#end !== undefined) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#offered.push({ item, taken: resolve });
    this.#reader?.resolve();
    return promise;
  }

  /**
   * Takes the next item, once there is one.
   *
   * @returns `undefined` at the end
   * @throws why there is none, if it was told
   */
  async take(): Promise<T | undefined> {
    if (this.#reader !== undefined) throw new TypeError("Cannot read twice at once: await the item asked for before");
    while (this.#offered.length === 0 && this.#end === undefined) {
      this.#reader = Promise.withResolvers();
      await this.#reader.promise;
      this.#reader = undefined;
    }
    const offered = this.#offered.shift();
    offered?.taken();
    if (offered === undefined && this.#end !== undefined && "error" in this.#end) throw this.#end.error;
    return offered?.item;
  }

  /** Nothing follows. @param end has the reason, if it is an error. Only the first end counts */
  end(end: { readonly error?: unknown } = {}): void {
    this.#end ??= end;
    this.#reader?.resolve();
  }

  /** Ends it, and takes from writers what was not taken. */
  close(): void {
    this.#end = {};
    for (const { taken } of this.#offered.splice(0)) taken();
    this.#reader?.resolve();
  }
}
