import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** By an enum; `const enum` and numbers do as well. */
export enum Shape {
  Low = "low",
  High = "high",
}

/** By a table, which "as const" keeps as it is. */
export const Slope = { Soft: "soft", Steep: "steep" } as const;
export type Slope = (typeof Slope)[keyof typeof Slope];

/** Has three choices. */
@processor()
export class Filter {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  shape: Shape = Shape.Low;
  @config()
  slope: Slope = Slope.Steep;
  @config()
  window: "hann" | "blackman" = "hann";

  process(): void {}
}
