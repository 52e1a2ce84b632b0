import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { decibelsToFactor, factorToDecibels } from "./decibels.ts";
import { join } from "./fixtures/test_signals.ts";

const RATE = 48_000;

type Config = Parameters<typeof nodes.compressor>[0];

/** What comes out of constant levels, one after the other, each for so many samples. */
async function compress(config: Config, ...levels: [levelDb: number, count: number][]): Promise<Float32Array> {
  await using harness = await ProcessorHarness.create(nodes.compressor(config));
  for (const [levelDb, count] of levels) {
    const samples = new Float32Array(count).fill(decibelsToFactor(levelDb));
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [samples] });
  }
  await harness.run();
  return join(harness.takeAudio("audioOut").map(({ channels }) => channels[0]));
}

for (
  const [inDb, outDb] of [
    [-60, -60],
    [-30.1, -30.1],
    // In the middle of a knee of 10 dB: (1 - 1/4) · 5² / 20 below the threshold.
    [-25, -25.9375],
    [-20, -23.75],
    [-10, -21.25],
    [0, -18.75],
  ]
) {
  Deno.test(`Compressor turns ${inDb} dB into ${outDb} dB: ratio 4 above -25 dB, with a knee of 10 dB`, async () => {
    const out = await compress({ thresholdDb: -25, ratio: 4, kneeDb: 10, attackMs: 1, releaseMs: 10 }, [inDb, 9600]);
    const foundDb = factorToDecibels(out[9599]);
    assert.ok(Math.abs(foundDb - outDb) < 0.01, `${foundDb} dB`);
  });
}

Deno.test("Compressor has 63 % of a reduction after its attack time, and of the way back after its release time", async () => {
  const config = { thresholdDb: -30, ratio: 3, kneeDb: 0, attackMs: 20, releaseMs: 50 };
  const [loud, quiet] = [9600, 9600];
  const out = await compress(config, [-40, 100], [-6, loud], [-40, quiet]);
  const reductionDb = (at: number, levelDb: number) => levelDb - factorToDecibels(out[at]);
  // 24 dB above the threshold, of which two thirds go.
  const share = reductionDb(100 + 960 - 1, -6) / 16;
  assert.ok(Math.abs(share - (1 - 1 / Math.E)) < 0.002, `attack: ${share}`);
  assert.ok(Math.abs(reductionDb(100 + loud - 1, -6) - 16) < 0.01);
  const left = reductionDb(100 + loud + 2400 - 1, -40) / 16;
  assert.ok(Math.abs(left - 1 / Math.E) < 0.002, `release: ${left}`);
});

Deno.test("Compressor gives all channels the gain of the loudest, and reports it", async () => {
  await using harness = await ProcessorHarness.create(
    nodes.compressor({ thresholdDb: -20, ratio: 2, kneeDb: 0, attackMs: 0 }),
  );
  const [loud, quiet] = [new Float32Array(480).fill(1), new Float32Array(480).fill(0.01)];
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [loud, quiet] });
  await harness.run();
  const [{ channels }] = harness.takeAudio("audioOut");
  assert.ok(Math.abs(factorToDecibels(channels[0][479]) + 10) < 1e-3);
  assert.ok(Math.abs(factorToDecibels(channels[1][479]) + 50) < 1e-3);
  assert.ok(Math.abs(harness.figures!.reductionDb - 10) < 1e-3);
});

Deno.test("Compressor glides to a new makeup gain over one block", async () => {
  await using harness = await ProcessorHarness.create(nodes.compressor({ makeupDb: 0 }));
  const push = () =>
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [new Float32Array(100).fill(0.001)] });
  push();
  await harness.run();
  harness.configure({ makeupDb: 20 });
  push();
  push();
  await harness.run();
  const [before, gliding, after] = harness.takeAudio("audioOut").map(({ channels }) => channels[0]);
  assert.ok(Math.abs(before[99] - 0.001) < 1e-9);
  for (let i = 1; i < 100; i++) assert.ok(gliding[i] > gliding[i - 1] && gliding[i] - gliding[i - 1] < 1e-4);
  assert.ok(Math.abs(gliding[99] - 0.01) < 1e-6 && Math.abs(after[0] - 0.01) < 1e-6);
});
