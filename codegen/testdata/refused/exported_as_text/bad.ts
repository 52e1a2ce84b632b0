import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}

@processor()
class Other {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}

export { Bad as "some string", Other as class };
