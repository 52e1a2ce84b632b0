import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input({ array: "live" })
  a!: StreamInput<AudioFrame>[];
  @input({ array: "open" })
  b!: StreamInput<AudioFrame>[];
  /** How many. @integer @minimum 1 @maximum 4 */
  @config({ live: true })
  live = 2;
  /** How many. */
  @config()
  open = 2;

  process(): void {}
}
