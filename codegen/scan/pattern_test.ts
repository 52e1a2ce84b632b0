import assert from "node:assert/strict";
import { isPattern, matches } from "./pattern.ts";

Deno.test("matches() tells whether a pattern matches, and gives up where that takes too long", () => {
  assert.equal(matches("^[a-z]+$", "abc"), true);
  assert.equal(matches("^[a-z]+$", "ab1"), false);
  assert.equal(matches("^(a+)+$", `${"a".repeat(60)}!`), undefined);
  assert.equal(matches("^[a-z]+$", "abc"), true);
});

Deno.test("isPattern() refuses what is no regular expression, and one that is too large to be run", () => {
  assert.equal(isPattern("^[a-z]+$"), true);
  assert.equal(isPattern("["), false);
  assert.equal(isPattern("(x)".repeat(40_000)), false);
});
