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

@processor()
export class IntoValues extends Base {
  @config()
  band = { low: 1, high: 2 };
  @config()
  taps: number[] = [1];
  #loud = 0;

  get loud(): number {
    return this.gainDb = 3;
  }

  constructor() {
    super();
    Object.assign(this.band, { low: 3 });
    Reflect.set(this.taps, 0, 2);
    Object.keys(this.band);
    ({ loud: this.#loud } = this);
  }
}
