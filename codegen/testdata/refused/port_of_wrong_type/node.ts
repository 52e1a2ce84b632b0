import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";

@processor()
export class Bad {
  @input()
  audioIn!: AudioFrame;

  process(): void {}
}
