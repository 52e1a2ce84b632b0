import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { RtpClock, RtpUnwrapper } from "./rtp.ts";
import { nsToTicks, ticksToNs } from "./ticks.ts";

const WRAP = 2 ** 32;
/** 104 days: the nanoseconds that a number holds exactly. */
const MAX_NS = Number.MAX_SAFE_INTEGER;

const rateHz = fc.oneof(
  fc.constantFrom(8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 90_000, 96_000, 192_000),
  fc.integer({ min: 1, max: 1_000_000 }),
);
const timeNs = fc.integer({ min: -MAX_NS, max: MAX_NS });
const stamp = fc.integer({ min: 0, max: WRAP - 1 });

/** ⌊a / b + ½⌋ */
function nearest(a: bigint, b: bigint): bigint {
  const doubled = 2n * a + b;
  const quotient = doubled / (2n * b);
  return doubled < 0n && doubled % (2n * b) !== 0n ? quotient - 1n : quotient;
}

Deno.test("nsToTicks() gives the nearest tick over 104 days", () => {
  fc.assert(
    fc.property(timeNs, rateHz, (time, rate) => {
      equal(BigInt(nsToTicks(time, rate)), nearest(BigInt(time) * BigInt(rate), 1_000_000_000n));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("ticksToNs() gives the nearest nanosecond, and the tick leads back to itself", () => {
  fc.assert(
    fc.property(timeNs, rateHz, (time, rate) => {
      const ticks = Math.trunc(time / 1e9) * rate + (Math.abs(time) % rate);
      const exact = nearest(BigInt(ticks) * 1_000_000_000n, BigInt(rate));
      if (exact > BigInt(MAX_NS) || exact < -BigInt(MAX_NS)) return;
      equal(BigInt(ticksToNs(ticks, rate)), exact);
      equal(nsToTicks(ticksToNs(ticks, rate), rate), ticks);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("nsToTicks() never runs backwards", () => {
  fc.assert(fc.property(timeNs, fc.integer({ min: 0, max: 1e12 }), rateHz, (time, step, rate) => {
    if (!Number.isSafeInteger(time + step)) return;
    ok(nsToTicks(time, rate) <= nsToTicks(time + step, rate));
    ok(ticksToNs(nsToTicks(time, rate), rate) <= ticksToNs(nsToTicks(time + step, rate), rate));
  }));
});

Deno.test("RtpUnwrapper.unwrap() follows wraps and packets that overtake each other", () => {
  const unwrapper = new RtpUnwrapper();
  const stamps = [WRAP - 3000, WRAP - 1, 2999, WRAP - 2000, 5000, 2000];
  deepEqual(stamps.map((each) => unwrapper.unwrap(each)), [
    WRAP - 3000,
    WRAP - 1,
    WRAP + 2999,
    WRAP - 2000,
    WRAP + 5000,
    WRAP + 2000,
  ]);
});

Deno.test("RtpUnwrapper.unwrap() goes below 0 for what is earlier than the first stamp", () => {
  const unwrapper = new RtpUnwrapper();
  deepEqual([10, WRAP - 5, WRAP - 6, 3, 12].map((each) => unwrapper.unwrap(each)), [10, -5, -6, 3, 12]);
});

Deno.test("RtpUnwrapper.unwrap() recovers any walk whose steps are below half the range", () => {
  const step = fc.integer({ min: -(2 ** 30), max: 2 ** 30 });
  fc.assert(fc.property(stamp, fc.array(step, { maxLength: 200 }), (first, steps) => {
    const unwrapper = new RtpUnwrapper();
    equal(unwrapper.unwrap(first), first);
    let newest = first;
    for (const each of steps) {
      const ticks = newest + each;
      newest = Math.max(newest, ticks);
      equal(unwrapper.unwrap(((ticks % WRAP) + WRAP) % WRAP), ticks);
    }
  }));
});

Deno.test("RtpUnwrapper.reset() makes the next stamp the first", () => {
  const unwrapper = new RtpUnwrapper();
  unwrapper.unwrap(WRAP - 1);
  equal(unwrapper.unwrap(0), WRAP);
  unwrapper.reset();
  equal(unwrapper.unwrap(5), 5);
});

Deno.test("RtpClock leads from time to stamp and back within half a tick, across wraps", () => {
  const hours = fc.array(fc.integer({ min: 0, max: 3600 * 1e9 }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(rateHz, stamp, hours, (clockRateHz, originTimestamp, steps) => {
      // A step must stay below half the range of the stamps.
      const longestNs = Math.floor((2 ** 30 / clockRateHz) * 1e9);
      const sender = new RtpClock({ clockRateHz, originTimestamp });
      const receiver = new RtpClock({ clockRateHz, originTimestamp });
      let time = 0;
      for (const step of steps) {
        time += Math.min(step, longestNs);
        const back = receiver.toNs(sender.toTimestamp(time));
        ok(Math.abs(back - time) <= 0.5e9 / clockRateHz + 0.5, `${time} came back as ${back}`);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("RtpClock counts from its origin", () => {
  const clock = new RtpClock({ clockRateHz: RtpClock.VIDEO_RATE_HZ, originTimestamp: WRAP - 90_000, originNs: 5e9 });
  equal(clock.toTimestamp(5e9), WRAP - 90_000);
  equal(clock.toTimestamp(6e9), 0);
  equal(clock.toTimestamp(4e9), WRAP - 180_000);
  equal(clock.toNs(0), 6e9);
  equal(clock.toNs(3003), 6e9 + 33_366_667);
  equal(clock.toNs(WRAP - 180_000), 4e9);
});

Deno.test("RtpClock refuses rates, stamps and times that are none", () => {
  for (const clockRateHz of [0, 0.5, -1, 1_000_001, NaN]) {
    throws(() => new RtpClock({ clockRateHz }), {
      name: "RangeError",
      message: `Cannot use ${clockRateHz} Hz as a media clock: wanted a whole number from 1 to 1000000`,
    });
  }
  throws(() => new RtpClock({ clockRateHz: 90_000, originNs: 0.5 }), /Cannot start an RTP clock at 0.5 ns/);
  const clock = new RtpClock({ clockRateHz: 90_000 });
  for (const timestamp of [-1, WRAP, 1.5, NaN]) {
    throws(() => clock.toNs(timestamp), {
      name: "RangeError",
      message: `Cannot take ${timestamp} for an RTP time stamp: wanted a whole number from 0 to 4294967295`,
    });
  }
});
