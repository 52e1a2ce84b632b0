import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** Adds streams. */
@processor({ trigger: "all" })
export class Mix {
  @input({ array: 3 })
  audioIn!: StreamInput<AudioFrame>[];
  @input({ array: 2, optional: true })
  extra!: Array<StreamInput<AudioFrame<2>>>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** How the streams are joined. */
  @config()
  strategy: "sum" | "average" = "sum";

  process(): void {
    for (const port of this.audioIn) port.readLatest();
  }
}
