import { input, output, processor } from "../../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../../core/ports/stream.ts";

/** A value. */
export interface Passed {
  readonly count: number;
}

/** Passes audio on. */
@processor()
export class Pass {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  passed!: StreamOutput<DataFrame<Passed>>;

  process(): void {
    this.audioIn.read();
  }
}
