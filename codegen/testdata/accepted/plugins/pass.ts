import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** Passes blocks on, beside the nodes of another package. */
@processor()
export class Pass {
  @input({ optional: true })
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;

  process(): void {
    const frame = this.audioIn.read();
    if (frame !== undefined) this.audioOut.write(frame);
  }
}
