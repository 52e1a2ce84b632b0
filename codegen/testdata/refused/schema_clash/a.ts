import { input, processor } from "../../../../core/annotations.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

export interface Reading {
  readonly x: number;
}

@processor()
export class First {
  @input()
  data!: StreamInput<DataFrame<Reading>>;

  process(): void {}
}
