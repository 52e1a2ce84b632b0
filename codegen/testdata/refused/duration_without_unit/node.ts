import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

import type { Duration } from "../../../../core/duration.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** How long. */
  @config()
  attack: Duration = 5;
  /** How long. @unit dB */
  @config()
  release: Duration = 5;

  process(): void {}
}
