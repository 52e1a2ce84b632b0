import { input, processor } from "../../../../core/annotations.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad {
  @input()
  videoIn!: StreamInput<ImageFrame>;

  process(): void {}
}
