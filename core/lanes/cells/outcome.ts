/**
 * What a method of a processor gave back.
 *
 * @module
 */

/**
 * The promise to wait for, which settles once and never in the same turn, whatever the method made.
 *
 * @returns `undefined` for what is no promise
 * @throws what the outcome's own `then` throws where it is a getter
 */
export function asPromise<T>(outcome: T | PromiseLike<T>): Promise<T> | undefined {
  if (outcome === undefined || outcome === null) return undefined;
  const { then } = outcome as PromiseLike<T>;
  if (typeof then !== "function") return undefined;
  // A promise as it is; what only looks like one is adopted, which takes what its `then` does amiss as a rejection.
  if (then === Promise.prototype.then) return Promise.resolve(outcome);
  return new Promise((resolve) => resolve(outcome));
}
