import { input } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

export abstract class Base<F extends AudioFrame> {
  @input()
  audioIn!: StreamInput<F>;

  process(): void {}
}
