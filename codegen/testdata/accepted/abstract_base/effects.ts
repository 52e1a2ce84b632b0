import { config, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import { Effect } from "./effect.ts";

/** Leaves blocks as they are. */
@processor()
export class Bypass extends Effect {
  protected override change(frame: AudioFrame): AudioFrame {
    return frame;
  }
}

/** Turns blocks upside down. */
@processor()
export class Invert extends Effect {
  /** Which channel; -1 for all. @integer @minimum -1 @maximum 63 */
  @config()
  channel = -1;

  protected override change(frame: AudioFrame): AudioFrame {
    return frame.writable();
  }
}
