import { equal, throws } from "node:assert/strict";
import { processorClass } from "./load_type.ts";

class Squeezer {
  process(): void {}
}
class Base extends Squeezer {}
class Empty {}

Deno.test("processorClass() gives a class, also one that inherits process()", () => {
  equal(processorClass("squeezer", "squeezer.ts", { Squeezer }, "Squeezer"), Squeezer);
  equal(processorClass("base", "squeezer.ts", { Base }, "Base"), Base);
});

Deno.test("processorClass() says what a module exports in place of a class that was renamed", () => {
  const module = { Squeezer, Empty, other: 1 } as { Squeezer: typeof Squeezer; Compressor?: typeof Squeezer };
  throws(() => processorClass("compressor", "processors/compressor.ts", module, "Compressor"), {
    code: "InvalidGraph",
    message: 'Cannot load node type "compressor" from "processors/compressor.ts": it exports no class "Compressor"; ' +
      'processors there: "Squeezer"; if the class was renamed, moved or removed, run "deno task codegen" ' +
      '(or "sluice codegen")',
  });
});

Deno.test("processorClass() says that a class has lost its process()", () => {
  throws(() => processorClass("empty", "empty.ts", { Empty }, "Empty"), {
    code: "InvalidGraph",
    message:
      'Cannot load node type "empty" from "empty.ts": its class "Empty" has no method process(); processors there: ' +
      'none; if the class was renamed, moved or removed, run "deno task codegen" (or "sluice codegen")',
  });
});
