/**
 * Converts byte offsets in an arena into indexes of typed arrays.
 *
 * An offset in an arena is a whole number of up to 53 bits. The operators on bits (`>>`, `>>>`, `|`, `&`) cut a number
 * down to 32: offsets from 2 GiB on become negative, and those from 4 GiB on address other bytes; a plain store then
 * follows without an error. So every offset becomes an index here, by an exact division. The lint rule
 * `sluice-memory/no-bits-of-offsets` refuses these operators on offsets everywhere else.
 *
 * Nothing here allocates or blocks, and any thread may call it.
 *
 * @module
 */

/** Index in an array of 16-bit elements. @param offset in bytes, a multiple of 2 */
export function index16(offset: number): number {
  return offset / 2;
}

/** Index in an array of 32-bit elements. @param offset in bytes, a multiple of 4 */
export function index32(offset: number): number {
  return offset / 4;
}

/** Index in an array of 64-bit elements. @param offset in bytes, a multiple of 8 */
export function index64(offset: number): number {
  return offset / 8;
}
