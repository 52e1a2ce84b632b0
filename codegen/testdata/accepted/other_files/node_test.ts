import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** Test files are not read. */
@processor()
export class Node {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {
    this.audioIn.read();
  }
}
