import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

const COUNT = 4;
const OPTIONS = { burst: 2 };

@processor({ ...OPTIONS })
export class Bad {
  @input({ array: COUNT })
  audioIn!: StreamInput<AudioFrame>[];
  @output(OPTIONS)
  audioOut!: StreamOutput<AudioFrame>;

  process(): void {}
}
