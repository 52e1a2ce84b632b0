import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** Not laid out for the letter that is missing. @frame is not at the start of a line. @fram */
export interface Reading {
  value: number;
}

/**
 * Nor is this.
 *
 * @fram
 */
export interface Other {
  value: number;
}

/** Has keys and a port whose tags are misspelt. */
@processor()
export class Misspelt {
  /**
   * The blocks.
   *
   * @units dB
   * @retruns nothing
   */
  @input()
  audioIn!: StreamInput<AudioFrame>;

  /** Gain. @min -60 @maximum 24 @units dB */
  @config()
  gain = 1;

  /**
   * Level.
   *
   * @Minimum 0
   * @step 2
   * @defalt 1
   */
  @config()
  level = 1;

  /** Both. */
  @config()
  both: {
    /** @minimun 3 */
    a: number;
  } = { a: 1 };

  process(): void {}
}
