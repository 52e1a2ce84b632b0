import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { Duration } from "../../../../core/duration.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

export interface Step {
  readonly lengthMs: Duration;
}

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  holdMs: Duration = "20 ms";
  @config()
  steps: Step[] = [{ lengthMs: 1 }, { lengthMs: "1.5 s" }];

  process(): void {}
}
