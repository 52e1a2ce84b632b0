import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

/** @frame */
export interface Reading {
  x: number;
  inner: Reading;
}

/** @frame */
interface Hidden {
  x: number;
}

/** @frame */
export interface Generic<T> {
  x: T;
}

/** @frame */
export interface Empty {}

/** @frame */
export interface Extended extends Hidden {
  y: number;
}

@processor()
export class Bad {
  @input()
  data!: StreamInput<DataFrame<Reading>>;

  process(): void {}
}
