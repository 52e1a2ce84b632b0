import assert from "node:assert/strict";
import { findSlowText, isPattern, matches } from "./pattern.ts";

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

Deno.test("findSlowText() finds a text that a pattern takes too long for, and none for usual patterns", () => {
  for (const pattern of ["^(a+)+$", "^(x|x)*$", "^(?:\\w*)*y$", "^(?:\\d+ ?)+$", "^(?:(?:ab)+)+$", "^id:(?:\\w+)+$"]) {
    assert.notEqual(findSlowText(pattern), undefined, pattern);
  }
  const usual = [
    ...["", "^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", "^\\d{4}-\\d{2}$", "^https?://\\S+$", ".*", "^(?:a|b)+$"],
    ...[
      "^(?!-)[\\w.-]{1,63}(?<!-)$",
      "^(\\w)\\1$",
      "^(?<a>\\p{Lu})\\k<a>$",
      "^[\\]\\\\]+$",
      "^(?:[^@\\s]+)@(?:[^@\\s]+)$",
    ],
  ];
  for (const pattern of usual) assert.equal(findSlowText(pattern), undefined, pattern);
});

Deno.test("findSlowText() finds slow texts of signs, of what a class leaves out, and of three letters", () => {
  const signs = ["^(?:\\.+)+$", "^(?:\\(+\\)*)+$", "^(?:\\*|\\.+)+$", "^(?:[^\\w ]+)+$", "^(?:\\n+)+$", "^(?:[.;]+)+$"];
  for (const pattern of [...signs, '^(?:[^"]+)+$', "^(?:\\S+)+$", "^(?:(?:a-b)+)+$", "^(?:\\u{2192}+)+$"]) {
    assert.notEqual(findSlowText(pattern), undefined, pattern);
  }
});

Deno.test("findSlowText() ends on large patterns", () => {
  assert.notEqual(findSlowText(`${"(?:".repeat(60)}a${"){40}".repeat(60)}`), undefined);
  for (const pattern of ["(x)".repeat(1_000), "[a-z(?:]\\d".repeat(1_500)]) {
    assert.equal(findSlowText(pattern), undefined, pattern.slice(0, 20));
  }
});

Deno.test("findSlowText() finds slow texts behind what is no plain text", () => {
  for (
    const [pattern, start] of [
      ["^[^@]+@(?:\\w+\\.?)+$", "@"],
      ["^(?:in|out):(?:\\w+)+$", "in:"],
      ["^(?:https?://)(?:\\w+\\.?)+$", "http://"],
      ["^\\d(?:[a-z]+)+$", "0"],
      ["^\\d{3}-?(?:x|y(?:[a-z]+)+)$", "000y"],
      ["^(?=[a-z])b(?:[a-z]+)+$", "b"],
    ]
  ) assert.ok(findSlowText(pattern)?.includes(start), pattern);
});
