import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

import type { F32, FixedArray } from "../../../../core/frames/struct_layout.ts";

/** @frame */
export interface Image {
  pixels: FixedArray<F32, 20000>;
}

@processor()
export class Bad {
  @input()
  data!: StreamInput<DataFrame<Image>>;

  process(): void {}
}
