import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/**
 * Turns blocks up or down. The second sentence is not in the description.
 *
 * **Inputs.** `audioIn`: any audio.
 */
@processor({ tags: ["level", "volume"] })
export class Gain {
  /** What is turned up. */
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** What came of it. */
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Gain in decibels. @unit dB @minimum -60 @maximum 24 */
  @config({ live: true })
  gainDb = 0;

  process(): void {
    let frame: AudioFrame | undefined;
    while ((frame = this.audioIn.read())) this.audioOut.write(frame);
  }
}
