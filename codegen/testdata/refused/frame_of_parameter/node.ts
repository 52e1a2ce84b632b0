import { input, processor } from "../../../../core/annotations.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

@processor()
export class Bad<F> {
  @input()
  audioIn!: StreamInput<F>;

  process(): void {}
}
