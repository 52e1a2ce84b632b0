/**
 * An edit while a lane makes it ready, which whoever asked for it may give up meanwhile.
 *
 * @module
 */
import { SluiceError } from "../../errors.ts";

/** See the module. */
export class EditAttempt {
  readonly epoch: number;
  readonly #site: { readonly isGivenUp: boolean };
  readonly #end = Promise.withResolvers<never>();
  readonly #letGo = Promise.withResolvers<void>();
  #givenUp = false;

  /** @param site whose thread makes it ready */
  constructor(epoch: number, site: { readonly isGivenUp: boolean }) {
    this.epoch = epoch;
    this.#site = site;
    this.#end.promise.catch(() => {});
  }

  /** Nobody waits for it any more, or another thread runs the lane by now. */
  get givenUp(): boolean {
    return this.#givenUp || this.#site.isGivenUp;
  }

  /** Settles once it holds no node: it was made ready, or what it had begun is undone. */
  get over(): Promise<void> {
    return this.#letGo.promise;
  }

  /** Nobody waits for it from now on. */
  giveUp(): void {
    this.#givenUp = true;
    this.#end.reject(givenUp());
  }

  /** It holds no node, or is ready. */
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
