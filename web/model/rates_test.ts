import assert from "node:assert/strict";
import { Rates } from "./rates.ts";

Deno.test("Rates gives growth a second from the second reading on", () => {
  const rates = new Rates(2);
  rates.take([10, 5], 1000);
  assert.deepEqual([...rates.perSecond], [NaN, NaN]);
  rates.take([60, 5], 1500);
  assert.deepEqual([...rates.perSecond], [100, 0]);
});

Deno.test("Rates does not know the rate of a counter that began anew, or of readings that lie far apart", () => {
  const rates = new Rates(2);
  rates.take([10, 10], 0);
  rates.take([3, 20], 1000);
  assert.deepEqual([...rates.perSecond], [NaN, 10]);
  rates.take([5, 30], 3_600_000);
  assert.deepEqual([...rates.perSecond], [NaN, NaN]);
  rates.take([6, 30], 3_601_000);
  assert.deepEqual([...rates.perSecond], [1, 0]);
});

Deno.test("Rates keeps what it knows when the same reading comes twice", () => {
  const rates = new Rates(1);
  rates.take([0], 0);
  rates.take([7], 1000);
  rates.take([7], 1000);
  assert.deepEqual([...rates.perSecond], [7]);
});

Deno.test("Rates refuses a column of another length", () => {
  assert.throws(() => new Rates(2).take([1], 0), {
    name: "RangeError",
    message: "Cannot take a reading of 1 entries: wanted 2",
  });
});

/** Readings of a counter that grows by whole bursts, at times that are not quite even. */
function readBursts(perSecond: number, burst: number, seconds: number, each: (rate: number) => void): void {
  const rates = new Rates(1);
  for (let atMs = 0, k = 0; atMs <= seconds * 1000; atMs += 95 + (k * 7) % 11, k++) {
    rates.take([burst * Math.floor(atMs * perSecond / burst / 1000)], atMs);
    if (atMs > 3200) each(rates.perSecond[0]);
  }
}

Deno.test("Rates are within 5 % of the truth, however many frames come at once", () => {
  const streams = [[46.875, 4], [46.875, 1], [93.75, 8], [30, 1], [10, 5], [7.8125, 4], [2, 1], [1000, 16]];
  for (const [perSecond, burst] of streams) {
    readBursts(perSecond, burst, 20, (rate) => {
      assert.ok(Math.abs(rate / perSecond - 1) < 0.05, `${rate} of ${perSecond}, ${burst} at once`);
    });
  }
});

Deno.test("Rates are 0 a second after a counter stands still, and begin anew from there", () => {
  const rates = new Rates(1);
  let count = 0;
  const run = (seconds: number, step: number, fromMs: number) => {
    for (let atMs = fromMs + 100; atMs <= fromMs + seconds * 1000; atMs += 100) rates.take([count += step], atMs);
  };
  run(4, 5, 0);
  assert.ok(Math.abs(rates.perSecond[0] - 50) < 1e-9);
  run(1, 0, 4000);
  assert.equal(rates.perSecond[0], 0);
  run(10, 0, 5000);
  assert.equal(rates.perSecond[0], 0);
  run(3.2, 2, 15_000);
  assert.ok(Math.abs(rates.perSecond[0] - 20) < 1e-9);
  // More readings than are kept: the time is shorter, the rate is right.
  const often = new Rates(1);
  for (let k = 0; k <= 100; k++) often.take([k], k * 10);
  assert.ok(Math.abs(often.perSecond[0] - 100) < 1e-9);
});
