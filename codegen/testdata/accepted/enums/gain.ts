import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";
import { Bits, Weight } from "./weight.ts";

const A = 9;

/** Its members hide constants of the same name, and the second declaration goes on. */
export enum Level {
  A = 1,
  B = A,
  C,
}
export enum Level {
  "half way" = 10,
}

/** A table that stands for a type. */
export const Mode = { Fast: "fast", Slow: "slow" } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

export type Side = "left" | "right";
export const Side = { Left: "left", Right: "right" } as const satisfies Record<string, Side>;

/** Is declared in two parts. */
export interface Window {
  readonly widthMs: number;
}
export interface Window {
  readonly 1: boolean;
}

/** Has defaults that are members. */
@processor()
export class Gain {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  weight: Weight = Weight.Flat;
  @config()
  guessed = Weight["Loud"];
  @config()
  only: Weight.Flat = Weight.Flat;
  @config()
  bits: Bits = Bits.Both;
  @config()
  level: Level = Level["half way"];
  @config()
  mode: Mode = Mode.Slow;
  @config()
  key: keyof typeof Mode = "Fast";
  @config()
  side: Side = Side.Right;
  @config()
  window: Window = { widthMs: A, 1: true };

  process(): void {}
}
