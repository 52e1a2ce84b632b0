import assert from "node:assert/strict";
import { relativeSpecifier } from "./paths.ts";

Deno.test("relativeSpecifier() reaches files beside, below and above, whatever the working directory is", () => {
  assert.equal(relativeSpecifier("sluice.gen.ts", "a/b.ts"), "./a/b.ts");
  assert.equal(relativeSpecifier("sluice.gen.ts", "./b.ts"), "./b.ts");
  assert.equal(relativeSpecifier("made/sluice.gen.ts", "made/b.ts"), "./b.ts");
  assert.equal(relativeSpecifier("made/here/sluice.gen.ts", "made/there/b.ts"), "../there/b.ts");
  assert.equal(relativeSpecifier("sluice.gen.ts", "../../../../../../core/api.ts"), "../../../../../../core/api.ts");
  assert.equal(relativeSpecifier("made/sluice.gen.ts", "../core/api.ts"), "../../core/api.ts");
  assert.equal(relativeSpecifier("made/sluice.gen.ts", "made"), "../made");
});
