import { deepEqual, equal } from "node:assert/strict";
import { readChains } from "./chains.ts";

const read = (text: string) =>
  readChains(text, () => false).map((chain) =>
    chain.map((each) => each.kind === "new" ? each.type : [each.id, each.port].join("."))
  );

Deno.test("readChains() gives the nodes of each chain, and no chain for nothing between two semicolons", () => {
  deepEqual(read("a ! b; ;; c;"), [["a", "b"], ["c"]]);
  deepEqual(read("a!b!m.;m.x ! c"), [["a", "b", "m."], ["m.x", "c"]]);
});

// Quadratic time would be a minute.
Deno.test("readChains() takes time in proportion to the text, whatever there is most of", () => {
  const many = 150_000;
  deepEqual(read(";".repeat(many)), []);
  equal(read("a;".repeat(many)).length, many);
  equal(read(`a${"!a".repeat(many)}`)[0].length, many + 1);
});
