import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Ω {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}

@processor()
export class $ {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}

@processor()
export class _1Gain {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}

@processor()
export class GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}
