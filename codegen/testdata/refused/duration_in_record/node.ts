import { config, input, processor } from "../../../../core/annotations.ts";
import type { Duration } from "../../../../core/duration.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

type Parts = Record<"riseMs" | "fall", Duration>;

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  parts?: Parts;
  @config()
  lists?: Parts[];

  process(): void {}
}
