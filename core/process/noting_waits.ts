/**
 * Tells a promise that somebody waits for from one that was only looked at, as by a line `runtime.finished;` without
 * its `await`.
 *
 * @module
 */

/** `await` calls `then()` of promises that are not plain ones. */
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
 * A promise of the same outcome.
 *
 * @param noteWait called whenever somebody begins to wait for it
 */
export function notingWaits<T>(promise: Promise<T>, noteWait: () => void): Promise<T> {
  const noted = new NotedPromise<T>((resolve, reject) => void promise.then(resolve, reject));
  // Who does not wait is told otherwise.
  noted.catch(() => {});
  noted.tellWaits(noteWait);
  return noted;
}
