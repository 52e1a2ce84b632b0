import { equal } from "node:assert/strict";
import { levelShare } from "./sound_painter.ts";

Deno.test("a level stands between the least one and 0 dB; silence is nothing, and too loud is all", () => {
  equal(levelShare(-30, -60), 0.5);
  equal(levelShare(-90, -60), 0);
  equal(levelShare(-Infinity, -60), 0);
  equal(levelShare(null, -60), 0);
  equal(levelShare(3, -60), 1);
});
