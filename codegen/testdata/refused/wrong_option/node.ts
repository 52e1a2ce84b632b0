import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

@processor({ mode: "pusch", name: "Bad Name" })
export class Bad {
  @input({ array: 1000 })
  audioIn!: StreamInput<AudioFrame>[];
  @output({ burst: 0 })
  audioOut!: StreamOutput<AudioFrame>;

  process(): void {}
}
