import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** Nothing. */
  @config()
  nothing: undefined;
  /** Nothing or nothing. */
  @config()
  either: undefined | undefined;
  /** A list of nothing. */
  @config()
  list: undefined[] = [];

  process(): void {}
}
