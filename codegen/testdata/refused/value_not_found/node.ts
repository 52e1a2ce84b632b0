import { input, processor } from "../../../../core/annotations.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

import type { Gone } from "./values.ts";
import type { Away } from "./nowhere.ts";

@processor()
export class Bad {
  @input()
  a!: StreamInput<DataFrame<Gone>>;
  @input()
  b!: StreamInput<DataFrame<Away>>;
  @input()
  c!: StreamInput<DataFrame<Nothing>>;

  process(): void {}
}
