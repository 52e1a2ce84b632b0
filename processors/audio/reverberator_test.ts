import assert from "node:assert/strict";
import { Reverberator } from "./reverberator.ts";

Deno.test("Reverberator answers an impulse by its eight combs, each through four all-passes of half a gain", () => {
  const room = new Reverberator(0, 44_100, 2_000);
  const input = new Float64Array(2_000);
  input[0] = 1;
  const answer = room.render(input, 2_000, 0.5, 0);
  const before = 0.09 * (-0.5) ** 4;
  // Each comb's first echo, and that of the first one by the shortest all-pass: three go past it, one goes through.
  const wanted = new Map([1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617].map((delay) => [delay, before]));
  wanted.set(1116 + 225, 0.09 * (-0.5) ** 3 * (1 - 0.5 ** 2));
  wanted.set(1188 + 225, 0.09 * (-0.5) ** 3 * (1 - 0.5 ** 2));
  for (let i = 0; i < 1_430; i++) {
    assert.ok(
      Math.abs(answer[i] - (wanted.get(i) ?? 0)) < 1e-12,
      `sample ${i}: ${answer[i]}, wanted ${wanted.get(i) ?? 0}`,
    );
  }
});
