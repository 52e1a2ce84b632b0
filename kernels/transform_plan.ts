/**
 * The tables of the Fourier transform (`crates/kernels/src/transform.rs`). They are the same whatever runs the kernels.
 *
 * The factors of each pass by radix 4 come first, for transforms of `size / 2`, `size / 8`, … numbers: of the `length / 4`
 * butterflies of such a pass the `p`-th has exp(-2πi k p / length), for k from 1 to 3, real parts of all butterflies
 * before imaginary ones. After these come the cosines, then the sines, of 2πk / `size`, for k from 1 to `size / 4` - 1.
 *
 * @module
 */

/** How many factors the transform of `size` samples takes. */
export function factorCount(size: number): number {
  let count = 2 * Math.max(0, Math.floor(size / 4) - 1);
  for (let length = size / 2; length >= 4; length /= 4) count += 6 * (length / 4);
  return count;
}

/**
 * Fills in the factors of a transform.
 *
 * @param size a power of two from 2
 * @param factors as many as {@linkcode factorCount} says
 */
export function fillFactors(size: number, factors: Float64Array): void {
  let at = 0;
  for (let length = size / 2; length >= 4; length /= 4) {
    for (let k = 1; k <= 3; k++) {
      for (let p = 0; p < length / 4; p++, at++) {
        const [cosine, sine] = turn(k * p, length);
        factors[at] = cosine;
        factors[at + length / 4] = -sine;
      }
      at += length / 4;
    }
  }
  for (let k = 1; k < size / 4; k++, at++) {
    const [cosine, sine] = turn(k, size);
    factors[at] = cosine;
    factors[at + size / 4 - 1] = sine;
  }
}

/** Cosine and sine of a share of a turn, from an eighth of a turn at most, so that quarters are exact. */
function turn(share: number, of: number): readonly [cosine: number, sine: number] {
  const eighths = (8 * share) / of;
  const eighth = Math.floor(eighths);
  const isOdd = eighth % 2 === 1;
  const angle = (isOdd ? eighth + 1 - eighths : eighths - eighth) * (Math.PI / 4);
  const [x, y] = isOdd ? [Math.sin(angle), Math.cos(angle)] : [Math.cos(angle), Math.sin(angle)];
  switch (Math.floor(eighth / 2)) {
    case 0:
      return [x, y];
    case 1:
      return [-y, x];
    case 2:
      return [-x, -y];
    default:
      return [y, -x];
  }
}
