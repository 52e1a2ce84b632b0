import { input, processor } from "../../../../core/annotations.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

interface Hidden {
  readonly x: number;
}

@processor()
export class Bad {
  @input()
  data!: StreamInput<DataFrame<Hidden>>;

  process(): void {}
}
