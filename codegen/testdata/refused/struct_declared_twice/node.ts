import { input, processor } from "../../../../core/annotations.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

/** @frame */
export interface Place {
  x: number;
}
export interface Place {
  y: number;
}

@processor()
export class Bad {
  @input()
  placeIn!: StreamInput<DataFrame<Place>>;

  process(): void {}
}
