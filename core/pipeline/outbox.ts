/**
 * Hands items from several writers to one reader, without a buffer: a writer waits until its item is taken.
 *
 * @module
 */

import { SluiceError } from "../errors.ts";

/** An item and its writer's callback. */
interface Offered<T> {
  readonly item: T;
  readonly taken: () => void;
}

/** The common outlet of a session's outputs. */
export class Outbox<T> {
  readonly #offered: Offered<T>[] = [];
  #reader: PromiseWithResolvers<void> | undefined;
  #isRead = false;
  #end: { readonly error?: unknown } | undefined;

  /** True once the end was read. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Offers an item. @param taken is called once the item was taken, or will never be */
  put(item: T, taken = () => {}): void {
    if (this.#end !== undefined) return taken();
    this.#offered.push({ item, taken });
    this.#reader?.resolve();
  }

  /** Offers an item. Settles once the item was taken, or will never be. */
  give(item: T): Promise<void> {
    return new Promise((resolve) => this.put(item, resolve));
  }

  /**
   * Takes the next item, once there is one.
   *
   * @returns `undefined` at the end
   * @throws the error of the end, if it has one; `Busy` while another call waits
   */
  async take(): Promise<T | undefined> {
    if (this.#reader !== undefined) {
      throw new SluiceError("Busy", "Cannot read an output twice at once: await the one that was asked for before");
    }
    while (this.#offered.length === 0 && this.#end === undefined) {
      this.#reader = Promise.withResolvers();
      await this.#reader.promise;
      this.#reader = undefined;
    }
    const offered = this.#offered.shift();
    offered?.taken();
    if (offered !== undefined) return offered.item;
    this.#isRead = true;
    if (this.#end !== undefined && "error" in this.#end) throw this.#end.error;
    return undefined;
  }

  /** Ends the outbox: no items follow. @param end has the reason, if it is an error. Only the first end counts */
  end(end: { readonly error?: unknown } = {}): void {
    this.#end ??= end;
    this.#reader?.resolve();
  }

  /** Ends the outbox, and discards the items of waiting writers. */
  close(): void {
    this.#end = {};
    for (const { taken } of this.#offered.splice(0)) taken();
    this.#reader?.resolve();
  }
}
