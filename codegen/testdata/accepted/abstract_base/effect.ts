import { config, input, output } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";
/** What all effects share. */
export abstract class Effect {
  /** What comes in. */
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** What goes out. */
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** How much of the effect is heard. @minimum 0 @maximum 1 */
  @config({ live: true })
  mix = 1;

  process(): void {
    let frame: AudioFrame | undefined;
    while ((frame = this.audioIn.read())) this.audioOut.write(this.change(frame));
  }

  /** Does what the effect is. */
  protected abstract change(frame: AudioFrame): AudioFrame;
}
