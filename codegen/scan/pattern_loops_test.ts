import assert from "node:assert/strict";
import fc from "fast-check";
import { matches } from "./pattern.ts";
import { findLoopProblem } from "./pattern_loops.ts";

const TWICE = "a repetition in it can read one text in two ways";

Deno.test("findLoopProblem() finds repetitions that read one text in two ways", () => {
  const slow = [
    ...["^(a+)+$", "^(x|x)*$", "^(?:\\w*)*y$", "^(?:\\d+ ?)+$", "^(?:(?:ab)+)+$", "^id:(?:\\w+)+$"],
    // Of signs, of what stands behind a prefix, of characters that no letter of the pattern is.
    ...["^(?:\\.+)+$", "^(?:\\(+\\)*)+$", "^(?:\\*|\\.+)+$", "^(?:[^\\w ]+)+$", "^(?:\\n+)+$", "^[^@]+@(?:\\w+\\.?)+$"],
    ...["^(?:in|out):(?:\\w+)+$", "^(?:https?://)(?:\\w+\\.?)+$", "^\\d(?:[a-z]+)+$", "^(?:\\p{Lu}|Ω)*$"],
    ...[
      "^(?:[.;]+)+$",
      '^(?:[^"]+)+$',
      "^(?:\\S+)+$",
      "^(?:(?:a-b)+)+$",
      "^(?:\\u{2192}+)+$",
      "^(?=[a-z])b(?:[a-z]+)+$",
    ],
    // Of longer words, of counts, of nothing in two ways, inside a look-around, with flags.
    ...[
      "^(?:ab|a|b)*$",
      "^(?:aba|ab|a)*$",
      "^(?:a{1,30}){30}$",
      "^(?:a?){30}a{30}$",
      "^(?:(?:|\\b)a)*$",
      "^(?:a|a?){2,}$",
    ],
    ...[
      "^(?=(?:a|a)*$)",
      "^(?<!(?:a+)+)$",
      "^(?:(?i:A)|a)*$",
      "^(?:(a)|\\1)*$",
      "^(?:(?:a?)+b)*$",
      "^(?:|){40}b$",
      "^(?:a|[\\u{1f600}a])*$",
    ],
  ];
  for (const pattern of slow) assert.equal(findLoopProblem(pattern), TWICE, pattern);
});

Deno.test("findLoopProblem() finds nothing in usual patterns", () => {
  const usual = [
    ...["", "^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", "^\\d{4}-\\d{2}$", "^https?://\\S+$", ".*", "^(?:a|b)+$"],
    ...[
      "^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$",
      "^#[0-9a-f]{6}(?:[0-9a-f]{2})?$",
      "^(?:\\d{1,3}\\.){3}\\d{1,3}$",
      "^v?\\d+(?:\\.\\d+)*$",
    ],
    ...[
      "^(?=.*\\d)(?=.*[a-z]).{8,}$",
      "^([\"']).*\\1$",
      "^(?:[a-z]+/)*[a-z]+$",
      "^(?:on|off)(?:,(?:on|off))*$",
      "^[\\p{L} ]+$",
    ],
    ...[
      '^(?:[^"\\\\]|\\\\.)*$',
      "^(?:(?:[01]\\d|2[0-3]):[0-5]\\d)$",
      "^[a-f]{1,64}[0-9]{0,64}$",
      "^(?:a?)*$",
      "^(?:ab?)+$",
    ],
    ...[
      "^(?!-)[\\w.-]{1,63}(?<!-)$",
      "^(\\w)\\1$",
      "^(?<a>\\p{Lu})\\k<a>$",
      "^[\\]\\\\]+$",
      "^(?:[^@\\s]+)@(?:[^@\\s]+)$",
    ],
  ];
  for (const pattern of usual) assert.equal(findLoopProblem(pattern), undefined, pattern);
});

Deno.test("findLoopProblem() finds what reads one text in very many ways with no repetition", () => {
  const many = [
    ...[`^${"a?".repeat(24)}${"a".repeat(24)}$`, `^${"(?:ab)?".repeat(24)}(?:ab){24}$`, `^${".*".repeat(20)}$`],
    ...[
      `^${"[a-m]?[h-z]?".repeat(14)}$`,
      `^${"a{0,64}".repeat(4)}$`,
      `^${"(?:a|a)".repeat(30)}$`,
      `^${"(?:|)".repeat(40)}b$`,
    ],
    ...[`^${"(?:|)".repeat(40)}$`, `^x(?=${"a?".repeat(24)}a{24}b)`, `^${"\\b|".repeat(2)}k${"(?:a?|b)".repeat(24)}c$`],
  ];
  for (const pattern of many) {
    assert.equal(findLoopProblem(pattern), "it can read one text in more than 10000000 ways", pattern);
  }
  const few = [
    `^${"a{0,64}".repeat(3)}$`,
    `^${"a?".repeat(12)}${"a".repeat(12)}$`,
    `^${"(?:abc|abd|abe)".repeat(100)}$`,
  ];
  for (const pattern of few) assert.equal(findLoopProblem(pattern), undefined, pattern);
});

Deno.test("findLoopProblem() refuses what is too large to be looked through", () => {
  assert.match(findLoopProblem(`^(?:${"ab".repeat(201)})*$`)!, /^a repetition in it holds more than 400 characters$/);
  for (const pattern of ["a{64}".repeat(16), "(x)".repeat(20_000), "[a-z(?:]?".repeat(20_000)]) {
    assert.equal(findLoopProblem(pattern), "it holds more than 1000 characters", pattern.slice(0, 20));
  }
  assert.equal(findLoopProblem(`${"(?:".repeat(60)}a${"){40}".repeat(60)}`), TWICE);
});

Deno.test("findLoopProblem() lets no pattern pass that takes too long for a text of its letters", () => {
  const piece = fc.letrec((tie) => ({
    one: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom("a", "b", "[ab]", "\\w", "a?", "b*", "a+") },
      { weight: 3, arbitrary: fc.array(tie("one"), { minLength: 1, maxLength: 3 }).map((all) => all.join("")) },
      {
        weight: 2,
        arbitrary: fc.array(tie("one"), { minLength: 2, maxLength: 3 }).map((all) => `(?:${all.join("|")})`),
      },
      {
        weight: 3,
        arbitrary: fc.tuple(tie("one"), fc.constantFrom("*", "+", "?", "{2}", "{1,30}", "{30}"))
          .map(([inner, count]) => `(?:${inner})${count}`),
      },
    ),
  })).one as fc.Arbitrary<string>;
  let passed = 0;
  fc.assert(
    fc.property(piece, fc.stringMatching(/^[ab]{1,3}$/), (pattern, letters) => {
      if (findLoopProblem(`^${pattern}$`) !== undefined) return;
      passed++;
      assert.notEqual(matches(`^${pattern}$`, `${letters.repeat(20)}!`), undefined, pattern);
    }),
    { numRuns: 300, seed: 20_261_121 },
  );
  assert.ok(passed > 100, `only ${passed} patterns passed`);
});
