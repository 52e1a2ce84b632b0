import { input, processor } from "../../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../../core/ports/stream.ts";

/** Named by a word of the language. */
@processor()
export class Switch {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {
    this.audioIn.read();
  }
}

/** Named after the runtime's own types. */
@processor()
export class Node {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {
    this.audioIn.read();
  }
}

/** Starts with an acronym. */
@processor()
export class PCMSource2 {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {
    this.audioIn.read();
  }
}
