/**
 * Tells an awaited promise from one that was only read, as by a line `runtime.finished;` without `await`.
 *
 * @module
 */

/** A promise with a callback in `then()`, which `await` calls for promises of a subclass. */
class NotedPromise<T> extends Promise<T> {
  #noteWait = (): void => {};

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#noteWait();
    return super.then(fulfilled, rejected);
  }

  tellWaits(noteWait: () => void): void {
    this.#noteWait = noteWait;
  }
}

/**
 * Returns a promise of the same outcome.
 *
 * @param noteWait called whenever a caller begins to wait for the promise
 */
export function notingWaits<T>(promise: Promise<T>, noteWait: () => void): Promise<T> {
  const noted = new NotedPromise<T>((resolve, reject) => void promise.then(resolve, reject));
  // A caller who does not wait learns of the error elsewhere.
  noted.catch(() => {});
  noted.tellWaits(noteWait);
  return noted;
}
