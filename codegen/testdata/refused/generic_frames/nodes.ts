import { input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { Frame } from "../../../../core/frames/frame.ts";
import type { VideoFrame } from "../../../../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

@processor()
export class Told<F extends AudioFrame<2> | VideoFrame> {
  @input()
  frameIn!: StreamInput<F>;

  process(): void {}
}

@processor()
export class Two<F extends Frame, G extends Frame> {
  @input()
  left!: StreamInput<F>;
  @input()
  right!: StreamInput<G>;

  process(): void {}
}

@processor()
export class Both<F extends Frame> {
  @input()
  frameIn!: StreamInput<F>;
  @input()
  values!: StreamInput<DataFrame<F>>;

  process(): void {}
}

@processor({ mode: "loop" })
export class Source<F extends Frame> {
  @output()
  frameOut!: StreamOutput<F>;

  process(): void {}
}
