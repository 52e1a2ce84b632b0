import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input({ dynamic: true })
  audio!: StreamInput<AudioFrame>[];
  @input()
  audio_3!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;

  process(): void {}
}
