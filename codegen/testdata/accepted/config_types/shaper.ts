import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

import type { Band, Curve as Shape, Options } from "./shapes.ts";

const WINDOWS = ["hann", "hamming", "none"] as const;

/** Numbers with names. */
export enum Quality {
  Low,
  Middle = 5,
  High,
}

interface Point<T> {
  /** Across. @minimum 0 */
  readonly x: T;
  readonly y?: T;
}

/** Has a key of every type that there is a schema for. */
@processor()
export class Shaper {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  text = "plain";
  @config()
  whole: number = 3;
  @config()
  flag = false;
  @config()
  choice: "a" | "b" | 3 = "a";
  @config()
  mixed: number | "auto" = "auto";
  @config()
  nothing: string | null = null;
  @config()
  maybe: boolean | undefined;
  @config()
  bands: readonly Band[] = [{ frequencyHz: 100, gainDb: -3 }];
  @config()
  list: Array<number> = [];
  @config()
  pair: [number, number] = [0, 1];
  @config()
  shape: Shape = "linear";
  @config()
  window: (typeof WINDOWS)[number] = "hann";
  @config()
  quality: Quality = 5;
  @config()
  weights: Record<string, number> = { left: 1 };
  @config()
  sides: Record<"left" | "right", boolean> = { left: true, right: false };
  @config()
  point: Point<number> = { x: 1 };
  @config()
  options: Partial<Options> = {};
  @config()
  fewer!: Pick<Options, "depth"> & { readonly extra: string };
  @config()
  rest!: Omit<Required<Options>, "depth">;
  @config()
  guessed = { low: 1, names: ["x"], on: true };
  @config()
  asserted = "cubic" as Shape;
  @config()
  title: NonNullable<string | null> = "";
  @config()
  trims!: Record<"first" | "last", number | undefined>;
  @config()
  table: { [name: string]: string[] } = {};

  process(): void {
    this.audioIn.read();
  }
}
