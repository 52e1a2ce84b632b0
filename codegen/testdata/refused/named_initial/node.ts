import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input({ dynamic: { named: true, initial: 2 } })
  streams!: StreamInput<AudioFrame>[];

  process(): void {}
}
