import { input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Overloaded {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void;
  process(x?: unknown): void {
    void x;
  }
}

@processor()
export class Optional {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process?(): void {}
}

@processor()
export declare class Declared {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(): void;
}

@processor()
export class TwoParameters {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(context: unknown, rest?: unknown): void {
    void [context, rest];
  }
}

@processor()
export class GivenFrame {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(frame: AudioFrame): void {
    void frame;
  }
}

@processor()
export class GivenSamples {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(this: GivenSamples, samples: Float32Array[]): void {
    void samples;
  }
}

@processor()
export class GivenUntyped {
  @input()
  audioIn!: StreamInput<AudioFrame>;

  process(frame): void {
    void frame;
  }
}
