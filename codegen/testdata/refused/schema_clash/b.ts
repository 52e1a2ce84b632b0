import { input, processor } from "../../../../core/annotations.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

export interface Reading {
  readonly y: number;
}

@processor()
export class Second {
  @input()
  data!: StreamInput<DataFrame<Reading>>;

  process(): void {}
}
