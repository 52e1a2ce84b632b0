import { output, processor } from "../../../../core/annotations.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { StreamOutput } from "../../../../core/ports/stream.ts";

@processor({ mode: "external" })
export class Missing {
  @output()
  numbers!: StreamOutput<DataFrame<number>>;

  setup(): void {}
}

@processor({ mode: "external" })
export class Synchronous {
  @output()
  numbers!: StreamOutput<DataFrame<number>>;

  process(): void {}
}

@processor({ mode: "external" })
export class Untyped {
  @output()
  numbers!: StreamOutput<DataFrame<number>>;

  process() {
    if (this.numbers.connected) return;
  }
}

@processor({ mode: "external" })
export class ReturnsInCallback {
  @output()
  numbers!: StreamOutput<DataFrame<number>>;

  process() {
    setInterval(() => {
      return 1;
    }, 10);
    setInterval(function () {
      return 1;
    }, 10);
  }
}
