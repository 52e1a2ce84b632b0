import { input, processor } from "../../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../../core/ports/stream.ts";

/** Left out by "exclude". */
@processor()
export class Counted {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {
    this.audioIn.read();
  }
}
