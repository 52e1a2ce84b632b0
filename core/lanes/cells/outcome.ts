/**
 * Handles the return value of a processor's method.
 *
 * @module
 */

/**
 * Returns a promise to wait for, which settles once and never in the same turn, whatever thenable the method returned.
 *
 * @returns `undefined` if the value is no promise
 * @throws the error of a getter `then` of the value
 */
export function asPromise<T>(outcome: T | PromiseLike<T>): Promise<T> | undefined {
  if (outcome === undefined || outcome === null) return undefined;
  const { then } = outcome as PromiseLike<T>;
  if (typeof then !== "function") return undefined;
  // Returns a promise as it is; adopts any other thenable, so that errors of its `then` become rejections.
  if (then === Promise.prototype.then) return Promise.resolve(outcome);
  return new Promise((resolve) => resolve(outcome));
}
