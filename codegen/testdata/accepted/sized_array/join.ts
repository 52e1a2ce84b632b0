import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** Joins as many streams as its configuration says. */
@processor({ trigger: "all" })
export class Join {
  /** One stream for each channel. */
  @input({ array: "channels" })
  audioIn!: StreamInput<AudioFrame<1>>[];
  /** A pair for each of "sides". */
  @input({ array: "sides" })
  sideIn!: StreamInput<AudioFrame<2>>[];
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** How many streams. @integer @minimum 1 @maximum 64 */
  @config()
  channels = 2;
  /** How many sides. @integer @minimum 0 @maximum 4 */
  @config()
  sides!: number;

  process(): void {
    for (const port of this.audioIn) port.read();
  }
}

/** Deals blocks to as many outputs as its configuration says. */
@processor()
export class Deal {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** One after the other. */
  @output({ array: "ways" })
  audioOut!: StreamOutput<AudioFrame>[];
  /** What is left over. */
  @output({ array: 2 })
  rest!: StreamOutput<AudioFrame>[];
  /** How many outputs. @integer @minimum 1 @maximum 8 */
  @config()
  ways = 2;

  process(): void {
    this.audioIn.read();
  }
}
