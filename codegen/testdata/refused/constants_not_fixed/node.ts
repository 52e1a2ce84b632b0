import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** Can change. */
export const Mode = { Fast: "fast", Slow: "slow" };
export const LIST = ["a", "b"];

export enum Level {
  Low = Math.random(),
}

export interface Keys {
  readonly ["a" + "b"]: number;
}

@processor()
export class Bad {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  mode: (typeof Mode)[keyof typeof Mode] = "fast";
  @config()
  item: (typeof LIST)[number] = "a";
  @config()
  level?: Level;
  @config()
  keys?: Keys;
  @config()
  missing = Level.High;

  process(): void {}
}
