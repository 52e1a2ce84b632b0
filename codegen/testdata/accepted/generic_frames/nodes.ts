import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { Frame } from "../../../../core/frames/frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** Hands on frames of any kind. */
@processor()
export class Pass<F extends Frame> {
  @input()
  frameIn!: StreamInput<F>;
  @output()
  frameOut!: StreamOutput<F>;

  process(): void {}
}

/** Hands on audio or data, from the first that comes. */
@processor()
export class First<F extends AudioFrame | DataFrame> {
  @input({ array: 2 })
  frameIn!: StreamInput<F>[];
  @output()
  frameOut!: StreamOutput<F>;

  process(): void {}
}

abstract class Base<F extends Frame> {
  @input({ dynamic: true })
  inputs!: StreamInput<F>[];
  /** What was counted. */
  @output()
  counts!: StreamOutput<DataFrame<number>>;
}

/** Counts what comes, of one kind. */
@processor()
export class Tally<G extends AudioFrame> extends Base<G> {
  process(): void {}
}
