import assert from "node:assert/strict";
import { Freshness } from "./freshness.ts";

Deno.test("figures are old once two periods and the leeway have passed without a reading, within a second at 10 Hz", () => {
  const freshness = new Freshness(100, 0);
  assert.equal(freshness.oldForMs(650), 0);
  assert.equal(freshness.oldForMs(800), 800);
  freshness.heard(800);
  assert.equal(freshness.oldForMs(1_400), 0);
  assert.equal(freshness.oldForMs(3_000), 2_200);
});

Deno.test("Freshness.expect() gives the next reading the time of its new pace", () => {
  const freshness = new Freshness(100, 0);
  freshness.expect(2_000, 5_000);
  assert.equal(freshness.oldForMs(9_400), 0);
  assert.equal(freshness.oldForMs(9_600), 4_600);
});
