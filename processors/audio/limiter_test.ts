import assert from "node:assert/strict";
import fc from "fast-check";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { decibelsToFactor } from "./decibels.ts";
import { join, noise, peak, sine } from "./fixtures/test_signals.ts";

const RATE = 48_000;

/** What comes out of blocks, to the end. */
async function limit(config: Parameters<typeof nodes.limiter>[0], blocks: Float32Array[]) {
  await using harness = await ProcessorHarness.create(nodes.limiter(config));
  let at = 0;
  for (const block of blocks) {
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [block], ptsNs: Math.round(at / RATE * 1e9) });
    at += block.length;
  }
  harness.end();
  await harness.run();
  return harness.takeAudio("audioOut");
}

Deno.test("Limiter never goes beyond its ceiling, and gives as many samples as came", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ size: fc.integer({ min: 1, max: 900 }), db: fc.integer({ min: -40, max: 40 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.integer({ min: -30, max: 0 }),
      fc.constantFrom(0.1, 1, 5, 50),
      async (parts, ceilingDb, lookaheadMs) => {
        const blocks = parts.map(({ size, db }, k) =>
          noise(size, k + 1).map((sample) => sample * decibelsToFactor(db))
        );
        const out = await limit({ ceilingDb, lookaheadMs, releaseMs: 20 }, blocks);
        const samples = join(out.map(({ channels }) => channels[0]));
        assert.ok(peak(samples) <= decibelsToFactor(ceilingDb) * (1 + 1e-7), `${peak(samples)}`);
        assert.equal(samples.length, blocks.reduce((sum, { length }) => sum + length, 0));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("Limiter passes what is below its ceiling, in its place and in its time", async () => {
  const input = sine(4800, 440, RATE, 0.5);
  const blocks = [input.subarray(0, 100), input.subarray(100, 2000), input.subarray(2000)];
  const out = await limit({ ceilingDb: -1 }, blocks);
  assert.deepEqual(join(out.map(({ channels }) => channels[0])), input);
  let at = 0;
  for (const { ptsNs, channels } of out) {
    assert.ok(Math.abs(ptsNs - at / RATE * 1e9) <= 1, `${ptsNs} at sample ${at}`);
    at += channels[0].length;
  }
});

Deno.test("Limiter turns down before a peak without a bend in the wave: gains of neighbours hardly differ", async () => {
  const input = new Float32Array(9600).fill(0.5);
  input.fill(2, 2400, 2405);
  const out = join(
    (await limit({ ceilingDb: 0, lookaheadMs: 5, releaseMs: 50 }, [input])).map(({ channels }) => channels[0]),
  );
  const gain = out.map((sample, i) => sample / input[i]);
  assert.ok(Math.abs(gain[2400] - 0.5) < 1e-6);
  assert.equal(gain[2100], 1);
  for (let i = 1; i < gain.length; i++) assert.ok(Math.abs(gain[i] - gain[i - 1]) < 0.5 / 200, `a step at sample ${i}`);
  // 63 % of the way back 50 ms after the last peak has left the samples ahead, but for the mean over 5 ms.
  const back = (gain[2404 + 2400 + 120] - 0.5) / 0.5;
  assert.ok(Math.abs(back - (1 - 1 / Math.E)) < 0.01, `${back}`);
});

Deno.test("Limiter keeps to a ceiling that is lowered at once, and drives the signal by its gain", async () => {
  await using harness = await ProcessorHarness.create(nodes.limiter({ ceilingDb: 0, gainDb: 12 }));
  const push = () => harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [sine(960, 500, RATE, 0.5)] });
  push();
  await harness.run();
  const [before] = harness.takeAudio("audioOut").map(({ channels }) => peak(channels[0]));
  assert.ok(before > 0.97 && before <= 1, `${before}`);
  harness.configure({ ceilingDb: -12 });
  push();
  await harness.run();
  const [after] = harness.takeAudio("audioOut").map(({ channels }) => peak(channels[0]));
  assert.ok(after <= decibelsToFactor(-12) * (1 + 1e-7) && after > 0.2, `${after}`);
});

Deno.test("Limiter makes silence of samples that are not finite, and goes on as if they had been silence", async () => {
  const clean = sine(4800, 440, RATE, 0.9);
  clean.fill(0, 1000, 1003);
  const spoiled = clean.slice();
  spoiled.set([NaN, Infinity, -Infinity], 1000);
  const [wanted, out] = await Promise.all([clean, spoiled].map((samples) => limit({ ceilingDb: -3 }, [samples])));
  assert.deepEqual(join(out.map(({ channels }) => channels[0])), join(wanted.map(({ channels }) => channels[0])));
});
