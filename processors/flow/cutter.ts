/**
 * What cuts frames of one kind into frames of one size.
 *
 * @module
 */

/** How it cuts, which may change meanwhile. */
export interface CutterSettings {
  /** Samples per channel, or records, in a frame. */
  readonly size: number;
  /** Whether a block of sound that ends early is filled with silence. */
  readonly pad: boolean;
}

/** Joins and splits the frames of an input. `S` is what a successor goes on from. */
export interface Cutter<S extends object> {
  state: S;
  /** Writes at most one frame for each that it reads. */
  process(): void;
  /** Writes what remains, one frame a call. @returns whether there is more */
  flush(): boolean;
}
