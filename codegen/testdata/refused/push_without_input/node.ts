import { output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamOutput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @output()
  audio!: StreamOutput<AudioFrame>;

  process(): void {}
}
