import assert from "node:assert/strict";
import { pathOfSpecifier, relativePath, relativeSpecifier } from "./paths.ts";

Deno.test("relativeSpecifier() reaches files beside, below and above, whatever the working directory is", () => {
  assert.equal(relativeSpecifier("sluice.gen.ts", "a/b.ts"), "./a/b.ts");
  assert.equal(relativeSpecifier("sluice.gen.ts", "./b.ts"), "./b.ts");
  assert.equal(relativeSpecifier("made/sluice.gen.ts", "made/b.ts"), "./b.ts");
  assert.equal(relativeSpecifier("made/here/sluice.gen.ts", "made/there/b.ts"), "../there/b.ts");
  assert.equal(relativeSpecifier("sluice.gen.ts", "../../../../../../core/api.ts"), "../../../../../../core/api.ts");
  assert.equal(relativeSpecifier("made/sluice.gen.ts", "../core/api.ts"), "../../core/api.ts");
  assert.equal(relativeSpecifier("made/sluice.gen.ts", "made"), "../made");
});

Deno.test("relativeSpecifier() encodes what means something else in a URL, and pathOfSpecifier() decodes it", () => {
  const path = "odd/a#b?c%20d\\e f.ts";
  const specifier = relativeSpecifier("sluice.gen.ts", path);
  assert.equal(specifier, "./odd/a%23b%3Fc%2520d%5Ce f.ts");
  assert.equal(pathOfSpecifier(specifier), `./${path}`);
  assert.equal(relativePath("sluice.gen.ts", path), `./${path}`);
  assert.equal(pathOfSpecifier("./a%20b.ts"), "./a b.ts");
});
