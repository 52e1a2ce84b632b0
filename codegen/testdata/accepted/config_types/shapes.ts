/** Shapes of a curve. */
export type Curve = "linear" | "cubic";

/** Things that have a gain. */
interface Gained {
  /** Gain. @unit dB @minimum -24 @maximum 24 */
  readonly gainDb: number;
}

/** One band of an equalizer. */
export interface Band extends Gained {
  /** Middle of the band. @unit Hz @exclusiveMinimum 0 */
  readonly frequencyHz: number;
  /** Quality factor. */
  readonly q?: number;
}

/** Some options. */
export interface Options {
  readonly depth: number;
  readonly "key with spaces"?: string;
  readonly nested?: { readonly curve: Curve };
}
