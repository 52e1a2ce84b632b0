import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

export abstract class Base {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** How loud it is. @minimum -60 @maximum 24 */
  @config()
  gainDb = 0;

  process(): void {}
}

@processor()
export class TooQuiet extends Base {
  override gainDb = -99;
}

@processor()
export class ByGetter extends Base {
  override get gainDb(): number {
    return 3;
  }
}

@processor()
export class ByParameter extends Base {
  constructor(override gainDb = 3) {
    super();
  }
}

@processor()
export class OtherPort extends Base {
  declare audioIn: StreamInput<AudioFrame<2>>;
}
