import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { Duration } from "../../../../core/duration.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";
import Shape, * as words from "./words.ts";

/** Takes its defaults from another file. */
@processor()
export class Gain {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  level: words.Level = words.Level.High;
  @config()
  mode: words.Mode = words.Mode.Slow;
  @config()
  shape: Shape = Shape.Round;
  @config()
  holdMs: Duration | undefined = 3;
  @config()
  stepsMs: Record<string, Duration> = { rise: 1 };

  process(): void {}
}
