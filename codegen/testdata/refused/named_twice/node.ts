import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { Frame } from "../../../../core/frames/frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input({ dynamic: { named: true } })
  streams!: StreamInput<AudioFrame>[];
  @input({ dynamic: { named: true } })
  others!: StreamInput<Frame>[];

  process(): void {}
}
