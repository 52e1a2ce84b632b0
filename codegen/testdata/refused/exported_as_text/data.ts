import { input, processor } from "../../../../core/annotations.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamInput } from "../../../../core/ports/stream.ts";

interface Foo {
  readonly x: number;
}
export { type Foo as "a b" };

@processor()
export class Data {
  @input()
  dataIn!: StreamInput<DataFrame<Foo>>;

  process(): void {}
}
