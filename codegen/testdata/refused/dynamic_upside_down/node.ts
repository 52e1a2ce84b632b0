import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input({ dynamic: { initial: 9, max: 8 } })
  audioIn!: StreamInput<AudioFrame>[];
  @output()
  audioOut!: StreamOutput<AudioFrame>;

  process(): void {}
}
