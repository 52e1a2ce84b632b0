import { config, input, processor } from "../../../../core/annotations.ts";
import type { Duration } from "../../../../core/duration.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** Comes to more than it may be. @example 20 s @maximum 100 */
  @config()
  tailMs: Duration = 5;
  /** Has a form of its own. @pattern ^a$ */
  @config()
  holdMs: Duration = 5;
  /** As a list. @maxLength 4 */
  @config()
  tapsMs: Duration[] = [];

  process(): void {}
}
