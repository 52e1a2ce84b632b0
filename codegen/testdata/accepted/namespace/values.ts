/** A value. */
export interface Value {
  readonly x: number;
}
