/**
 * Numbers for formats, so that a port can tell by one comparison that a frame has the format of the previous one.
 * Allocates nothing.
 *
 * @module
 */

/** How many formats have a number at a time. A format that returns after this many others gets a new number. */
const KNOWN = 64;

const codes = new Uint32Array(KNOWN);
const widths = new Uint32Array(KNOWN);
const heights = new Uint32Array(KNOWN);
const numbers = new Uint32Array(KNOWN);
/** The format of the last request, and its number; 0 before the first. */
let recentCode = 0;
let recentWidth = 0;
let recentHeight = 0;
let recentNumber = 0;
/** The index for the next new format, and the last number given out. */
let next = 0;
let last = 0;

/**
 * Returns the number of a format, from 1. The same three words of a slot's header have the same number within an
 * isolate.
 */
export function layoutNumber(code: number, width: number, height: number): number {
  if (code === recentCode && width === recentWidth && height === recentHeight && recentNumber !== 0) {
    return recentNumber;
  }
  recentCode = code;
  recentWidth = width;
  recentHeight = height;
  return recentNumber = numbers[find(code, width, height)];
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
