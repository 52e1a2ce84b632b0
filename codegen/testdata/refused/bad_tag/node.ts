import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** Gain. @minimum low */
  @config()
  gainDb = 0;
  /** Name. @maximum 3 */
  @config()
  label = "x";
  /**
   * Steps.
   * @example many
   */
  @config()
  steps = 3;
  /** Text. @pattern [ */
  @config()
  text = "";
  /** Code. @pattern */
  @config()
  code = "";

  /** Sound. @reaches disk */
  @config()
  sound = "";
  /** Level. @reaches path */
  @config()
  level = 0;

  process(): void {}
}
