import assert from "node:assert/strict";
import fc from "fast-check";
import { History } from "./history.ts";

Deno.test("History keeps the last readings, oldest first", () => {
  const history = new History(2, 3);
  for (let k = 0; k < 5; k++) history.push(k, 10 * k, -k);
  const { times, series } = history.slice(100);
  assert.deepEqual([...times], [2, 3, 4]);
  assert.deepEqual(series.map((each) => [...each]), [[20, 30, 40], [-2, -3, -4]]);
});

Deno.test("History.slice() has at most two points a pixel and loses neither the least nor the greatest", () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 200 });
  fc.assert(fc.property(values, fc.integer({ min: 1, max: 40 }), (pushed, pixels) => {
    const history = new History(1, 128);
    pushed.forEach((value, k) => history.push(k, value));
    const kept = pushed.slice(-128);
    const { times, series: [drawn] } = history.slice(pixels);
    assert.ok(drawn.length <= Math.max(2 * pixels, 1) && drawn.length === times.length);
    assert.equal(Math.max(...drawn), Math.max(...kept));
    assert.equal(Math.min(...drawn), Math.min(...kept));
    assert.deepEqual([...times], [...times].sort((a, b) => a - b));
  }));
});

Deno.test("History.slice() leaves a gap where nothing is known", () => {
  const history = new History(1, 8);
  for (let k = 0; k < 8; k++) history.push(k, k < 4 ? NaN : k);
  assert.deepEqual([...history.slice(2).series[0]], [NaN, NaN, 4, 7]);
});
