/**
 * An edit until a lane has committed it. The control isolate may give it up before.
 *
 * @module
 */
import { SluiceError } from "../../errors.ts";

/** Tells the steps of an edit whether they are still wanted. */
export class EditAttempt {
  readonly epoch: number;
  readonly #site: { readonly isGivenUp: boolean };
  readonly #end = Promise.withResolvers<never>();
  readonly #finished = Promise.withResolvers<void>();
  #givenUp = false;

  /** @param site whose thread makes it */
  constructor(epoch: number, site: { readonly isGivenUp: boolean }) {
    this.epoch = epoch;
    this.#site = site;
    this.#end.promise.catch(() => {});
  }

  /** Whether it was given up, or another thread runs the lane by now. */
  get givenUp(): boolean {
    return this.#givenUp || this.#site.isGivenUp;
  }

  /** Settles once no node is held for the edit: the lane has committed it, or has undone what it had begun. */
  get over(): Promise<void> {
    return this.#finished.promise;
  }

  /** The control isolate does not wait for it from now on. */
  giveUp(): void {
    this.#givenUp = true;
    this.#end.reject(givenUp());
  }

  /** No node is held for the edit any longer. */
  finish(): void {
    this.#finished.resolve();
  }

  /**
   * Waits for something, unless the edit is given up first.
   *
   * @throws {SluiceError} `Timeout` where it or the thread is; and what `work` is rejected with
   */
  async waitFor<T>(work: T | PromiseLike<T>): Promise<T> {
    const found = await Promise.race([work, this.#end.promise]);
    this.assertWanted();
    return found;
  }

  /** @throws {SluiceError} `Timeout` where it was given up, or the thread was */
  assertWanted(): void {
    if (this.givenUp) throw givenUp();
  }
}

function givenUp(): SluiceError {
  return new SluiceError("Timeout", "The edit was given up");
}
