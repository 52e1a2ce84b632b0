import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { Duration } from "../../../../core/duration.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  holdMs: Duration | "auto" = "auto";
  @config()
  step?: { readonly lengthMs: Duration } | null;

  process(): void {}
}
