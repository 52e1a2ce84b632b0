import { equal } from "node:assert/strict";
import { didYouMean } from "./suggestion.ts";

Deno.test("didYouMean() suggests the name that begins alike where two are as many edits away", () => {
  equal(didYouMean("node", ["mode", "nodes"]), ' (did you mean "nodes"?)');
  equal(didYouMean("node", ["nodes", "mode"]), ' (did you mean "nodes"?)');
  equal(didYouMean("pool", ["tool", "pools"]), ' (did you mean "pools"?)');
});

Deno.test("didYouMean() suggests a name that is at most a third of its letters away, whatever the case", () => {
  equal(didYouMean("gain", ["gainDb", "ratio"]), ' (did you mean "gainDb"?)');
  equal(didYouMean("gaindb", ["gainDb"]), ' (did you mean "gainDb"?)');
  equal(didYouMean("lop", ["loop"]), ' (did you mean "loop"?)');
  equal(didYouMean("gate", ["gainDb", "ratio"]), "");
});

Deno.test("didYouMean() suggests no name of one or two letters for quite another one", () => {
  equal(didYouMean("x", ["y", "to"]), "");
  equal(didYouMean("a", ["it", "b"]), "");
  equal(didYouMean("gg", ["g", "in"]), ' (did you mean "g"?)');
  equal(didYouMean("X", ["y", "x"]), ' (did you mean "x"?)');
});
