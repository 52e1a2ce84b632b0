/**
 * Windows for spectral analysis, in their periodic form. Coefficients are those of Harris, "On the use of windows for
 * harmonic analysis with the discrete Fourier transform" (1978); flat-top is that of ISO 18431-2.
 *
 * @module
 */

/** Names of windows. */
export type WindowName = "hann" | "blackman" | "flat-top" | "rectangular";

const TERMS: Readonly<Record<WindowName, readonly number[]>> = {
  rectangular: [1],
  hann: [0.5, 0.5],
  blackman: [0.42, 0.5, 0.08],
  "flat-top": [1, 1.933, 1.286, 0.388, 0.0322],
};

/**
 * Makes a window: a sum of cosines with alternating signs.
 *
 * @param name which
 * @param size in samples
 */
export function makeWindow(name: WindowName, size: number): Float64Array {
  const terms = TERMS[name];
  return Float64Array.from({ length: size }, (_, i) => {
    let value = 0;
    for (let k = 0; k < terms.length; k++) {
      value += (k % 2 === 0 ? 1 : -1) * terms[k] * Math.cos((2 * Math.PI * k * i) / size);
    }
    return value;
  });
}
