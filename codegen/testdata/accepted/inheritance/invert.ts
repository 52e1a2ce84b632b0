import { config, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";

import { Effect } from "./base.ts";

/** Turns the phase round. */
@processor()
export class Invert extends Effect {
  /** Which channel. @integer @minimum 0 */
  @config()
  channel = 0;

  protected override change(frame: AudioFrame): AudioFrame {
    return frame;
  }
}
