import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

@processor({ mode: "loop" })
export class Source<T> {
  @output()
  data!: StreamOutput<DataFrame<T>>;

  process(): void {}
}

@processor()
export class Bounded<T extends { ptsNs: number }> {
  @input()
  data!: StreamInput<DataFrame<T>>;

  process(): void {}
}

@processor()
export class Both<T extends number> {
  @input()
  data!: StreamInput<DataFrame<T>>;
  @input()
  audio!: StreamInput<AudioFrame<T>>;

  process(): void {}
}

@processor()
export class Configured<T> {
  @input()
  data!: StreamInput<DataFrame<T>>;
  @config()
  first!: T;

  process(): void {}
}

@processor()
export class Base<T> {
  @input()
  data!: StreamInput<DataFrame<T>>;

  process(): void {}
}

@processor()
export class Derived extends Base {}
