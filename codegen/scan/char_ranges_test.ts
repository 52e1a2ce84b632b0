import assert from "node:assert/strict";
import { overlap, rangesOf } from "./char_ranges.ts";

Deno.test("rangesOf() finds the characters of letters, escapes and classes, surrogates among them", () => {
  const cases: [raw: string, ranges: [number, number][]][] = [
    ["a", [[0x61, 0x61]]],
    ["\u{1f600}", [[0x1f600, 0x1f600]]],
    ["\\.", [[0x2e, 0x2e]]],
    ["\\d", [[0x30, 0x39]]],
    ["\\w", [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]],
    ["[b-df]", [[0x62, 0x64], [0x66, 0x66]]],
    ["[^]", [[0, 0x10ffff]]],
    ["\\p{Cs}", [[0xd800, 0xdfff]]],
    ["[\\u{ffff}-\\u{10001}]", [[0xffff, 0x10001]]],
    [".", [[0, 9], [0xb, 0xc], [0xe, 0x2027], [0x202a, 0x10ffff]]],
  ];
  for (const [raw, ranges] of cases) assert.deepEqual(rangesOf(raw), ranges, raw);
});

Deno.test("overlap() finds a character that is in both", () => {
  assert.ok(overlap(rangesOf("\\w"), rangesOf("_")));
  assert.ok(overlap([[1, 2], [8, 9]], [[3, 4], [9, 12]]));
  assert.ok(!overlap([[1, 2], [8, 9]], [[3, 7], [10, 12]]));
  assert.ok(!overlap(rangesOf("\\s"), rangesOf("\\S")));
});
