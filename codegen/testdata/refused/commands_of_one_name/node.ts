import { command, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

class Base {
  @input()
  audio!: StreamInput<AudioFrame>;

  @command()
  reset(): void {}
}

@processor()
export class Bad extends Base {
  @command({ name: "reset" })
  clear(): void {}

  process(): void {}
}
