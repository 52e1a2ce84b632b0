import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";
import type { GatePorts } from "./sluice.gen.ts";

/** Lets blocks through, and reaches its ports by the generated registry. */
@processor()
export class Gate {
  /** The ports, typed. */
  ports!: GatePorts;
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;

  process(): void {
    const { audioIn } = this.ports.inputs();
    const frame = audioIn.read();
    if (frame !== undefined) this.ports.outputs().audioOut.write(frame);
  }
}
