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

Deno.test("Rates are over about a second, so that bursts do not show as waves", () => {
  const rates = new Rates(1);
  // Five at once, every half second.
  for (let k = 0; k <= 40; k++) {
    rates.take([5 * Math.floor(k / 5)], k * 100);
    if (k >= 10) assert.equal(rates.perSecond[0], 10);
  }
  // More readings a second than are kept: the time is shorter, the rate is right.
  const often = new Rates(1);
  for (let k = 0; k <= 100; k++) often.take([k], k * 10);
  assert.ok(Math.abs(often.perSecond[0] - 100) < 1e-9);
});
