/**
 * An edit while a lane makes it ready, which whoever asked for it may give up meanwhile.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";

/** See the module. */
export class EditAttempt {
  readonly epoch: number;
  readonly #end = Promise.withResolvers<never>();
  readonly #letGo = Promise.withResolvers<void>();
  #givenUp = false;

  constructor(epoch: number) {
    this.epoch = epoch;
    this.#end.promise.catch(() => {});
  }

  /** Nobody waits for it any more. */
  get givenUp(): boolean {
    return this.#givenUp;
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
   * @throws {SluiceError} `Timeout` where it is; and what `work` is rejected with
   */
  async waitFor<T>(work: T | PromiseLike<T>): Promise<T> {
    return await Promise.race([work, this.#end.promise]);
  }

  /** @throws {SluiceError} `Timeout` where it was given up */
  assertWanted(): void {
    if (this.#givenUp) throw givenUp();
  }
}

function givenUp(): SluiceError {
  return new SluiceError("Timeout", "The edit was given up");
}
