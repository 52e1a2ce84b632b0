/**
 * Turns samples in big-endian order into little-endian ones, which all nodes have, and back.
 *
 * @module
 */

/** Swaps the bytes of each sample in place. @param width bytes of a sample */
export function swapBytes(samples: Uint8Array, width: number): void {
  for (let start = 0; start + width <= samples.length; start += width) {
    for (let low = start, high = start + width - 1; low < high; low++, high--) {
      const byte = samples[low];
      samples[low] = samples[high];
      samples[high] = byte;
    }
  }
}
