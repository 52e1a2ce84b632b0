import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}

/** The parser takes any expression for a decorator. */
@processor
@{ name: "braces" }
export class Braces {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void {}
}
