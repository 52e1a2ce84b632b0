import assert from "node:assert/strict";
import fc from "fast-check";
import { nsToSamples, samplesToNs } from "./sample_time.ts";

const RATES = [8000, 11025, 44100, 48000, 96000, 192000];

Deno.test("samplesToNs() is right to the nanosecond for a day of samples", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 192000 * 86400 }), fc.constantFrom(...RATES), (samples, rate) => {
      const exact = (BigInt(samples) * 2_000_000_000n + BigInt(rate)) / (2n * BigInt(rate));
      assert.ok(Math.abs(samplesToNs(samples, rate) - Number(exact)) <= 1);
    }),
  );
});

Deno.test("nsToSamples() undoes samplesToNs()", () => {
  fc.assert(fc.property(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.constantFrom(...RATES), (samples, rate) => {
    assert.equal(nsToSamples(samplesToNs(samples, rate), rate), samples);
  }));
});
