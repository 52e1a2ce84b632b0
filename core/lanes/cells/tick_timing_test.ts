import { equal, ok } from "node:assert/strict";
import { TickTiming } from "./tick_timing.ts";

/** Returns how many ticks in a row are timed. */
function timedTicks(timing: TickTiming): number {
  let ticks = 0;
  for (; timing.each && ticks < 1e6; ticks++) timing.spend();
  return ticks;
}

Deno.test("TickTiming.each is false on a lane whose rounds are short, and true for good where it always is", () => {
  const timing = new TickTiming(false);
  for (let k = 0; k < 1_000; k++) timing.earn(100_000);
  equal(timing.each, false);
  equal(timedTicks(new TickTiming(true)), 1e6);
});

Deno.test("TickTiming.earn() lets a long round pay for as many ticks as take one part in 64 of it to time", () => {
  const timing = new TickTiming(false);
  timing.earn(1e6);
  const ticks = timedTicks(timing);
  ok(ticks * 250 <= 1e6 / 64 + 250 && ticks * 250 >= 1e6 / 64, `${ticks}`);
  equal(timing.each, false);
});

Deno.test("TickTiming.earn() pays in advance for 4,000 ticks at most", () => {
  const timing = new TickTiming(false);
  for (let k = 0; k < 100; k++) timing.earn(1e9);
  equal(timedTicks(timing), 4_000);
});
