/**
 * Numbers for formats, so that a port can tell by one comparison that a frame is of the same format as the one before.
 * Allocates nothing.
 *
 * @module
 */

/** Formats that have a number at once. One that comes back after so many others gets another number. */
const KNOWN = 64;

const codes = new Uint32Array(KNOWN);
const widths = new Uint32Array(KNOWN);
const heights = new Uint32Array(KNOWN);
const numbers = new Uint32Array(KNOWN);
/** Where the format asked for last stands, and the next new one goes. */
let recent = 0;
let next = 0;
let last = 0;

/** The number of a format, from 1: the same for the same three words of a slot's header, in this isolate. */
export function layoutNumber(code: number, width: number, height: number): number {
  if (!stands(recent, code, width, height)) recent = find(code, width, height);
  return numbers[recent];
}

function find(code: number, width: number, height: number): number {
  for (let k = 0; k < KNOWN; k++) {
    if (stands(k, code, width, height)) return k;
  }
  const place = next;
  next = (next + 1) % KNOWN;
  codes[place] = code;
  widths[place] = width;
  heights[place] = height;
  numbers[place] = ++last;
  return place;
}

function stands(k: number, code: number, width: number, height: number): boolean {
  return codes[k] === code && widths[k] === width && heights[k] === height && numbers[k] !== 0;
}
