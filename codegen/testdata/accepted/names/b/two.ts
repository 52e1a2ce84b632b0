import { input, output, processor } from "../../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../../core/ports/stream.ts";

/** Has its own name, and a class name that another file has too. */
@processor({ name: "other-switch" })
class Switch {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  ports!: StreamOutput<DataFrame<SwitchPorts>>;

  process(): void {
    this.audioIn.read();
  }
}

/** A value named like generated code. */
interface SwitchPorts {
  readonly open: boolean;
}

/** Named like the ports of its node type. */
@processor({ name: "odd" })
export class OddPorts {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {
    this.audioIn.read();
  }
}

export { Switch as Other };
export type { SwitchPorts };
