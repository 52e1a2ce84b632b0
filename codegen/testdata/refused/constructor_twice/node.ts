import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  size = 1;

  constructor(settings: { size: number }) {
    this.size = settings.size;
  }

  process(): void {}
}
