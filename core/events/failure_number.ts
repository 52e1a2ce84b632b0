/**
 * Numbers failures, so that what the runtime tells of one failure, in several events and lines of the log, can be told
 * from what it tells of another.
 *
 * @module
 */

const numbers = new WeakMap<Error, number>();
let last = 0;

/** The number of a failure, from 1: the same for the same error of this isolate, and of no other error. */
export function failureNumber(error: Error): number {
  let number = numbers.get(error);
  if (number === undefined) numbers.set(error, number = ++last);
  return number;
}
