/**
 * Rows of two times each, one row a node, side by side in memory. As separate fields, each time would be an object
 * somewhere on the heap, and with thousands of nodes in turn each read would miss the cache.
 *
 * @module
 */

/** Times in a row. */
const TIMES = 2;

/** Rows that are allocated at once. They are freed with the last node that uses one of them. */
const ROWS = 512;

/** A row: `[at, at + 2)` of the array, zeros at first. */
export interface TimeRow {
  readonly times: Float64Array;
  readonly at: number;
}

let times = new Float64Array(ROWS * TIMES);
let used = 0;

/** Returns a row for one owner. */
export function takeTimeRow(): TimeRow {
  if (used === times.length) {
    times = new Float64Array(ROWS * TIMES);
    used = 0;
  }
  const at = used;
  used += TIMES;
  return { times, at };
}
