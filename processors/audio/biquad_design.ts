/**
 * Second-order filters by their musical parameters, from R. Bristow-Johnson's "Cookbook formulae for audio equalizer
 * biquad filter coefficients" (W3C Note, 2021).
 *
 * @module
 */

/** What a band does to the spectrum. */
export type BandType = "peak" | "low-shelf" | "high-shelf" | "low-pass" | "high-pass" | "notch";

/** A band of an equaliser. */
export interface EqualiserBand {
  /** Its effect: raise or lower around a frequency, or below or above it; let pass; take out. */
  readonly type: BandType;
  /** Centre of a peak or notch, middle of a shelf's slope, or corner. @minimum 10 @maximum 96000 @unit Hz */
  readonly frequencyHz: number;
  /** Gain of peaks and shelves; the others have none. @minimum -36 @maximum 36 @unit dB */
  readonly gainDb?: number;
  /** Centre frequency over bandwidth; 0.7071 gives passes and shelves no overshoot. @minimum 0.1 @maximum 100 */
  readonly q?: number;
}

/** The quality of a Butterworth filter, which has no overshoot. */
const BUTTERWORTH_Q = Math.SQRT1_2;
/** Highest frequency of a band, as a share of the sample rate: a filter at half the rate would do nothing or all. */
const HIGHEST_SHARE = 0.49;

/** b0, b1, b2, a1 and a2 of a band, divided by a0. */
export function designBand(band: EqualiserBand, sampleRateHz: number): readonly number[] {
  const { type, gainDb = 0, q = BUTTERWORTH_Q } = band;
  const turn = 2 * Math.PI * Math.min(band.frequencyHz / sampleRateHz, HIGHEST_SHARE);
  const cos = Math.cos(turn);
  const alpha = Math.sin(turn) / (2 * q);
  const [b0, b1, b2, a0, a1, a2] = coefficientsOf(type, cos, alpha, 10 ** (gainDb / 40));
  return [b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0];
}

/** @param root the square root of the gain */
function coefficientsOf(type: BandType, cos: number, alpha: number, root: number): readonly number[] {
  switch (type) {
    case "peak":
      return [1 + alpha * root, -2 * cos, 1 - alpha * root, 1 + alpha / root, -2 * cos, 1 - alpha / root];
    case "low-pass":
      return [(1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, -2 * cos, 1 - alpha];
    case "high-pass":
      return [(1 + cos) / 2, -1 - cos, (1 + cos) / 2, 1 + alpha, -2 * cos, 1 - alpha];
    case "notch":
      return [1, -2 * cos, 1, 1 + alpha, -2 * cos, 1 - alpha];
    case "low-shelf":
      return shelf(cos, alpha, root);
    case "high-shelf": {
      // The mirror image: the signs of the odd coefficients change.
      const [b0, b1, b2, a0, a1, a2] = shelf(-cos, alpha, root);
      return [b0, -b1, b2, a0, -a1, a2];
    }
  }
}

function shelf(cos: number, alpha: number, root: number): readonly number[] {
  const [plus, minus, slope] = [root + 1, root - 1, 2 * Math.sqrt(root) * alpha];
  return [
    root * (plus - minus * cos + slope),
    2 * root * (minus - plus * cos),
    root * (plus - minus * cos - slope),
    plus + minus * cos + slope,
    -2 * (minus + plus * cos),
    plus + minus * cos - slope,
  ];
}
