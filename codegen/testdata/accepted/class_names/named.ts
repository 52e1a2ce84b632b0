import { input, processor as annotation } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** Has a name of its own. */
@annotation({ name: "umlauts" })
export class Ünïcode {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}

/** Is exported twice. */
@annotation()
class Gain {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}

/** Is called as a constant of generated code. */
@annotation()
class processor {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}

export { Gain, Gain as default, processor };
