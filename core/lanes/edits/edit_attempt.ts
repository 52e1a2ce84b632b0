/**
 * An edit while a lane prepares it. The control isolate may give it up meanwhile.
 *
 * @module
 */
import { SluiceError } from "../../errors.ts";

/** Tells the steps of a preparation whether they are still wanted. */
export class EditAttempt {
  readonly epoch: number;
  readonly #site: { readonly isGivenUp: boolean };
  readonly #end = Promise.withResolvers<never>();
  readonly #letGo = Promise.withResolvers<void>();
  #givenUp = false;

  /** @param site whose thread prepares it */
  constructor(epoch: number, site: { readonly isGivenUp: boolean }) {
    this.epoch = epoch;
    this.#site = site;
    this.#end.promise.catch(() => {});
  }

  /** Whether it was given up, or another thread runs the lane by now. */
  get givenUp(): boolean {
    return this.#givenUp || this.#site.isGivenUp;
  }

  /** Settles once the preparation is over: the edit is prepared, or what it had begun is undone. */
  get over(): Promise<void> {
    return this.#letGo.promise;
  }

  /** The control isolate does not wait for it from now on. */
  giveUp(): void {
    this.#givenUp = true;
    this.#end.reject(givenUp());
  }

  /** The preparation is over. */
  letGo(): void {
    this.#letGo.resolve();
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
