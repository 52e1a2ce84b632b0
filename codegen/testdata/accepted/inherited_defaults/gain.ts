import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** What the others start from. */
export abstract class Base {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** How loud it is. @minimum -60 @maximum 24 */
  @config({ live: true })
  gainDb = 0;
  @config()
  mode: "soft" | "hard" = "soft";
  @config()
  name = "base";

  process(): void {}
}

/** Starts louder, and is only hard. */
@processor()
export class Loud extends Base {
  override gainDb = 12;
  override mode: "hard" = "hard";
  declare name: string;
  readonly later: () => void;

  constructor() {
    super();
    this.later = () => {
      this.gainDb = 3;
    };
  }
}
