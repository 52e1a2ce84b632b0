import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { decibelsToFactor } from "./decibels.ts";
import { join } from "./fixtures/test_signals.ts";

const RATE = 48_000;

/** The gains that a gate gives constant levels, one after the other, each for so many samples. */
async function gains(
  config: Parameters<typeof nodes.noiseGate>[0],
  ...levels: [levelDb: number, count: number][]
): Promise<Float32Array> {
  await using harness = await ProcessorHarness.create(nodes.noiseGate(config));
  for (const [levelDb, count] of levels) {
    const samples = new Float32Array(count).fill(decibelsToFactor(levelDb));
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [samples] });
  }
  await harness.run();
  const blocks = harness.takeAudio("audioOut").map(({ channels }) => channels[0]);
  return join(blocks.map((block, k) => block.map((sample) => sample / decibelsToFactor(levels[k][0]))));
}

Deno.test("NoiseGate opens in its attack time, holds, and closes in its release time to its range", async () => {
  const config = { thresholdDb: -40, hysteresisDb: 6, rangeDb: 60, attackMs: 10, holdMs: 20, releaseMs: 50 };
  const gain = await gains(config, [-50, 480], [-30, 960], [-50, 4800]);
  assert.ok(Math.abs(gain[479] - 0.001) < 1e-5);
  assert.ok(Math.abs(gain[480 + 239] - 0.5) < 0.005, `${gain[480 + 239]}`);
  assert.ok(Math.abs(gain[480 + 479] - 1) < 1e-4);
  assert.ok(Math.abs(gain[1440 + 959] - 1) < 1e-5);
  assert.ok(Math.abs(gain[1440 + 960 + 1199] - 0.5) < 0.005, `${gain[1440 + 960 + 1199]}`);
  assert.ok(Math.abs(gain[1440 + 960 + 2400] - 0.001) < 1e-5);
});

Deno.test("NoiseGate stays open between its two thresholds, and does not open there", async () => {
  const config = { thresholdDb: -40, hysteresisDb: 6, attackMs: 0, holdMs: 0, releaseMs: 0 };
  const opened = await gains(config, [-35, 100], [-45, 4800]);
  assert.equal(Math.round(opened[4899]), 1);
  const never = await gains(config, [-45, 4800]);
  assert.ok(never[4799] < 0.001);
});
