import assert from "node:assert/strict";
import { PROTO_FILES, protoHash } from "./proto_files.ts";
import { ROOT } from "./root.ts";

Deno.test("The code of the .proto files is made of those that are there", async () => {
  for (const { proto, generated } of PROTO_FILES) {
    const [head] = (await Deno.readTextFile(ROOT + generated)).split("\n", 1);
    const mend = `proto/${proto} has changed: run "deno task build:proto"`;
    assert.equal(
      head,
      `// Written by "deno task build:proto" from proto/${proto} ${await protoHash(proto)}. Do not edit.`,
      mend,
    );
  }
});
