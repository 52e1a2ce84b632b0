import { equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { areSynchronized, SYNC_TOLERANCE_MS, videoAudioDeltaMs } from "./sync.ts";

const timeNs = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

Deno.test("videoAudioDeltaMs() is positive when the picture is ahead", () => {
  equal(videoAudioDeltaMs(1_040_000_000, 1_000_000_000), 40);
  equal(videoAudioDeltaMs(1_000_000_000, 1_000_500_000), -0.5);
  equal(videoAudioDeltaMs(7, 7), 0);
});

Deno.test("areSynchronized() takes up to 16.6 ms by default, itself included", () => {
  equal(SYNC_TOLERANCE_MS, 16.6);
  equal(areSynchronized(16_600_000, 0), true);
  equal(areSynchronized(16_600_001, 0), false);
  equal(areSynchronized(0, 16_600_000), true);
  equal(areSynchronized(0, 16_600_001), false);
});

Deno.test("areSynchronized() is symmetric and exact to the nanosecond", () => {
  fc.assert(fc.property(timeNs, fc.integer({ min: 0, max: 1_000_000 }), (at, toleranceUs) => {
    const tolerance = toleranceUs * 1000;
    const later = at + tolerance;
    if (!Number.isSafeInteger(later + 1)) return;
    equal(areSynchronized(at, later, toleranceUs / 1000), true);
    equal(areSynchronized(later, at, toleranceUs / 1000), true);
    equal(areSynchronized(at, later + 1, toleranceUs / 1000), false);
    equal(areSynchronized(later + 1, at, toleranceUs / 1000), false);
  }));
});

Deno.test("areSynchronized() refuses a tolerance that is none", () => {
  for (const tolerance of [-1, NaN]) {
    throws(() => areSynchronized(0, 0, tolerance), {
      name: "RangeError",
      message: `Cannot compare times: the tolerance is ${tolerance} ms, wanted 0 or more`,
    });
  }
});

Deno.test("videoAudioDeltaMs() and areSynchronized() take frames as they take their times", () => {
  const picture = { ptsNs: 1_040_000_000, durationNs: 0 };
  const sound = { ptsNs: 1_000_000_000 };
  equal(videoAudioDeltaMs(picture, sound), 40);
  equal(videoAudioDeltaMs(picture, 1_040_000_000), 0);
  equal(areSynchronized(picture, sound), false);
  equal(areSynchronized(picture, sound, 40), true);
});

Deno.test("videoAudioDeltaMs() and areSynchronized() refuse what is neither frame nor number", () => {
  for (const wrong of [undefined, null, NaN, Infinity, "7", 7n, {}, { ptsNs: "7" }, { ptsNs: NaN }, () => 7]) {
    for (const compare of [videoAudioDeltaMs, areSynchronized] as ((a: unknown, b: unknown) => unknown)[]) {
      throws(() => compare(wrong, 0), { name: "TypeError", message: /^Cannot compare times: .* is neither a frame/ });
      throws(() => compare(0, wrong), TypeError);
    }
  }
});
