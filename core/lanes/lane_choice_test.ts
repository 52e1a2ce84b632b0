import { throws } from "node:assert/strict";
import { gathering, sink } from "../../tests/fixtures/scripted.ts";
import { Runtime } from "../runtime.ts";

Deno.test("a name that no lane can have is refused as the name of a lane", () => {
  for (const name of ["my lane", "", "1st"]) {
    const refusal = {
      code: "InvalidGraph",
      message:
        `Cannot use "${name}" as the name of a lane: wanted 1 to 64 letters, digits, "_" or "-", starting with ` +
        'a letter or "_"',
    };
    throws(() => new Runtime({ native: "off" }).add(sink(gathering([])), { lane: name }), refusal);
    throws(() => new Runtime({ native: "off", lanes: { [name]: { kind: "native" } } }), refusal);
  }
});
