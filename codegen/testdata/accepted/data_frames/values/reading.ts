/** A reading. */
export interface Reading {
  readonly value: number;
}
