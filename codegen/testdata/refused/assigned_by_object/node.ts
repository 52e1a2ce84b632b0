import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

const OTHER = { gainDb: -3 };

export abstract class Base {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** How loud it is. */
  @config()
  gainDb = 0;
  taken = 0;

  process(): void {}
}

@processor()
export class ByLiteral extends Base {
  constructor() {
    super();
    Object.assign(this, { taken: 1 }, { "gainDb": -3 });
  }
}

@processor()
export class ByObject extends Base {
  constructor() {
    super();
    Object.assign(this, OTHER);
  }
}

@processor()
export class BySpread extends Base {
  constructor() {
    super();
    Object.assign(this, { ...OTHER });
  }
}

@processor()
export class ByNothing extends Base {
  constructor() {
    super();
    Object.assign(this, { taken: 1 });
    Object.assign(OTHER, { gainDb: 1 });
  }
}
