import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input({ dynamic: { named: true } })
  streams!: StreamInput<AudioFrame<1> | AudioFrame<2>>[];

  process(): void {}
}
