import { input, processor, type StreamInput } from "@sluice/sluice";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";

@processor()
export class Good {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}
