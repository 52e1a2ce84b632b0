/**
 * Numbers at random that a seed repeats.
 *
 * @module
 */

/**
 * Makes numbers from 0 to 1, by a multiplicative congruential generator (Lehmer's, modulus 2^31 - 1, factor 48,271).
 *
 * @param seed a whole number
 */
export function randomFrom(seed: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = (Math.abs(seed) % (modulus - 1)) + 1;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}
