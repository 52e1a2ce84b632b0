/**
 * Numbers failures, so that the events and log lines about one failure can be told from those about another.
 *
 * @module
 */

const numbers = new WeakMap<Error, number>();
let last = 0;

/** Returns the number of a failure, from 1: the same for the same error of this isolate, and of no other error. */
export function failureNumber(error: Error): number {
  let number = numbers.get(error);
  if (number === undefined) numbers.set(error, number = ++last);
  return number;
}
