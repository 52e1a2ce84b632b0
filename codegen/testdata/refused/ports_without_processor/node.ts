import { input } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

export class Loose {
  @input()
  audioIn!: StreamInput<AudioFrame>;
}
