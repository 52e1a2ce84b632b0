import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** Says what `this` is. */
@processor()
export class Gain {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  static {
    Object.freeze(this);
  }

  process(this: Gain): void {}
}

/** Writes the name as text. */
@processor()
export class Quoted {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  "process"(): void {}
}

/** Gives back a promise, though nothing says so. */
@processor({ mode: "external" })
export class Driven {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process() {
    return Promise.resolve();
  }
}

/** Drives itself. */
@processor({ mode: "external" })
export class Waiting {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  async process({ signal }: { signal: AbortSignal }) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }
}
