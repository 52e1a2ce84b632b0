import { config, input, output, processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";

import type { F32, FixedArray } from "../../../../core/frames/struct_layout.ts";

/** @frame */
export interface Reading {
  name: string;
  maybe?: number;
  list: number[];
  pair: [number, number];
  flags: FixedArray<boolean, 3>;
  many: FixedArray<F32, number>;
  other: Plain;
  read(): void;
  assign: number;
  Large: number;
  twice: number;
  twice: number;
}

export interface Plain {
  x: number;
}

@processor()
export class Bad {
  @input()
  data!: StreamInput<DataFrame<Reading>>;

  process(): void {}
}
