import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** Two channels. */
export type Stereo = AudioFrame<2>;

/** Says in its types how many channels it takes. */
@processor()
export class Pan {
  @input()
  mono!: StreamInput<AudioFrame<1>>;
  @input({ optional: true })
  any!: StreamInput<AudioFrame<number>>;
  @output()
  audioOut!: StreamOutput<Stereo>;

  process(): void {
    this.mono.read();
  }
}
