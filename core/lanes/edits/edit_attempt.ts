/**
 * An edit until a lane has committed it. The control isolate may give it up before.
 *
 * @module
 */
import { SluiceError } from "../../errors.ts";

/** Tells the steps of an edit whether the edit is still wanted. */
export class EditAttempt {
  readonly epoch: number;
  readonly #site: { readonly isGivenUp: boolean };
  readonly #end = Promise.withResolvers<never>();
  readonly #finished = Promise.withResolvers<void>();
  #givenUp = false;

  /** @param site whose thread makes the edit */
  constructor(epoch: number, site: { readonly isGivenUp: boolean }) {
    this.epoch = epoch;
    this.#site = site;
    this.#end.promise.catch(() => {});
  }

  /** True if the edit was given up, or another thread has taken over the lane. */
  get givenUp(): boolean {
    return this.#givenUp || this.#site.isGivenUp;
  }

  /** Settles once no node is held for the edit: the lane has committed the edit, or has rolled it back. */
  get over(): Promise<void> {
    return this.#finished.promise;
  }

  /** Gives the edit up: the control isolate stops waiting for it. */
  giveUp(): void {
    this.#givenUp = true;
    this.#end.reject(givenUp());
  }

  /** Marks the edit as over: it holds no node. */
  finish(): void {
    this.#finished.resolve();
  }

  /**
   * Waits for a promise, unless the edit is given up first.
   *
   * @throws {SluiceError} `Timeout` if the edit or the thread is given up; the rejection of `work`
   */
  async waitFor<T>(work: T | PromiseLike<T>): Promise<T> {
    const found = await Promise.race([work, this.#end.promise]);
    this.assertWanted();
    return found;
  }

  /** @throws {SluiceError} `Timeout` if the edit or the thread was given up */
  assertWanted(): void {
    if (this.givenUp) throw givenUp();
  }
}

function givenUp(): SluiceError {
  return new SluiceError("Timeout", "The edit was given up");
}
