import assert from "node:assert/strict";
import { findSlowText, matches } from "./pattern.ts";

Deno.test("matches() tells whether a pattern matches, and gives up where that takes too long", () => {
  assert.equal(matches("^[a-z]+$", "abc"), true);
  assert.equal(matches("^[a-z]+$", "ab1"), false);
  assert.equal(matches("^(a+)+$", `${"a".repeat(60)}!`), undefined);
  assert.equal(matches("^[a-z]+$", "abc"), true);
});

Deno.test("findSlowText() finds a text that a pattern takes too long for, and none for usual patterns", () => {
  for (const pattern of ["^(a+)+$", "^(x|x)*$", "^(?:\\w*)*y$", "^(?:\\d+ ?)+$", "^(?:(?:ab)+)+$", "^id:(?:\\w+)+$"]) {
    assert.notEqual(findSlowText(pattern), undefined, pattern);
  }
  const usual = ["", "^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", "^\\d{4}-\\d{2}$", "^https?://\\S+$", ".*", "^(?:a|b)+$"];
  for (const pattern of usual) assert.equal(findSlowText(pattern), undefined, pattern);
});
