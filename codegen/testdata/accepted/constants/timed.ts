import { config, input, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

import { RATE_HZ } from "./constants.ts";

const BLOCK = 2 ** 10;
const DEFAULTS = { name: "x" + "y", values: [-1, +1, RATE_HZ / 2] };

/** Has defaults that are worked out. */
@processor()
export class Timed {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @config()
  block = BLOCK * 2 - 1;
  @config()
  rateHz = RATE_HZ;
  @config()
  defaults: { name: string; values: number[] } = DEFAULTS;
  @config()
  remainder = (RATE_HZ % 7) as number;
  @config()
  either: "up" | "down" = "up" satisfies string;

  process(): void {
    this.audioIn.read();
  }
}
