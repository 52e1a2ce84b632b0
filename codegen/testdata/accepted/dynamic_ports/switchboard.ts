import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";
import type { ProcessorContext } from "../../../../core/processor.ts";

/** Hands on what comes in by an input to the output at the same place. */
@processor()
export class Switchboard {
  /** Streams come and go. */
  @input({ dynamic: true })
  inputs!: StreamInput<AudioFrame>[];
  /** One for each input. */
  @output({ dynamic: { initial: 2, max: 8 } })
  outputs!: StreamOutput<AudioFrame>[];

  process(): void {
    for (const [at, port] of this.inputs.entries()) {
      for (const frame of port.drain()) this.outputs[at]?.write(frame);
    }
  }

  portsChanged(context: ProcessorContext): void {
    context.log.info(`${this.inputs.length} inputs`);
  }
}
