import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

import type { Peak, Reading as Measured } from "./values/index.ts";

/** One measurement of this file. */
export interface Level {
  readonly rms: number;
}

/** Carries values of several types. */
@processor()
export class Meter {
  @input()
  audio!: StreamInput<AudioFrame>;
  @output()
  level!: StreamOutput<DataFrame<Level>>;
  @output({ burst: 4 })
  reading!: StreamOutput<DataFrame<Measured>>;
  @output()
  peak!: StreamOutput<DataFrame<Peak>>;
  @output()
  samples!: StreamOutput<DataFrame<Float32Array>>;
  @output()
  text!: StreamOutput<DataFrame<string>>;
  @output()
  anything!: StreamOutput<DataFrame>;

  process(): void {
    this.audio.read();
  }
}
