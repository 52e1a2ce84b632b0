import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** Follows the level. */
@processor()
export class Follower {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  #decay = 0.993;
  #level = 0;

  process(): void {
    this.#level = this.#level * this.#decay + 0.137;
    // fixed-number: half the power
    this.#level *= 0.7071;
  }
}
