import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  get audioOut(): StreamOutput<AudioFrame> {
    throw new Error();
  }

  process(): void {}
}
