import { equal } from "node:assert/strict";
import { binAt, levelShare } from "./sound_painter.ts";

Deno.test("a level stands between the least one and 0 dB; silence is nothing, and too loud is all", () => {
  equal(levelShare(-30, -60), 0.5);
  equal(levelShare(-90, -60), 0);
  equal(levelShare(-Infinity, -60), 0);
  equal(levelShare(null, -60), 0);
  equal(levelShare(3, -60), 1);
});

Deno.test("each octave of a spectrum is as wide as the others", () => {
  equal(binAt(0, 2_048), 2);
  equal(binAt(0.5, 2_048), 64);
  equal(binAt(1, 2_048), 2_048);
});
