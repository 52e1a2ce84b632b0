import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import type { LevelReading } from "./level_reading.ts";
import { samplesToNs } from "./sample_time.ts";
import { noise } from "./fixtures/test_signals.ts";

const RATE = 48_000;
/** Shorter than the filter of the resampler. */
const BLOCK = 48;

/** Nodes with a state that samples go into. */
const SPECS = {
  "compressor": () => nodes.compressor({ thresholdDb: -30 }),
  "echo": () => nodes.echo({ delayMs: 1, feedback: 0.9 }),
  "equaliser": () => nodes.equaliser({ bands: [{ type: "low-pass", frequencyHz: 200, q: 5 }] }),
  "limiter": () => nodes.limiter({ ceilingDb: -12 }),
  "noise-gate": () => nodes.noiseGate({ thresholdDb: -40 }),
  "resampler": () => nodes.resampler({ sampleRateHz: 16_000 }),
  "reverb": () => nodes.reverb(),
};

for (const [type, spec] of Object.entries(SPECS)) {
  Deno.test(`"${type}" gives finite samples again one block after one that is not, and counts that`, async () => {
    for (const sample of [NaN, Infinity]) {
      await using harness = await ProcessorHarness.create(spec());
      await pushAll(harness, sample);
      const behind = harness.takeAudio("audioOut").filter(({ ptsNs }) => ptsNs >= samplesToNs(2 * BLOCK, RATE) - 1);
      const samples = behind.flatMap(({ channels }) => [...channels[0]]);
      assert.equal(samples.every(Number.isFinite), true, `${sample}`);
      assert.equal(samples.some((each) => each !== 0), true, `${sample}`);
      assert.equal(harness.figures?.notFinite, 1);
    }
  });
}

Deno.test("LevelMeter and VoiceActivity count samples that are not finite, and go on", async () => {
  for (const sample of [NaN, Infinity]) {
    await using meter = await ProcessorHarness.create(nodes.levelMeter({ intervalMs: 1 }));
    await pushAll(meter, sample);
    const { peakDb, peakHoldDb } = meter.takeData<LevelReading>("levels").at(-1)!;
    assert.equal(peakDb[0] < 1 && peakHoldDb[0] < 1, true, `${peakDb}, ${peakHoldDb}`);
    assert.equal(meter.figures?.notFinite, 1);
    await using voice = await ProcessorHarness.create(nodes.voiceActivity());
    await pushAll(voice, sample);
    assert.equal(voice.figures?.notFinite, 1);
    assert.equal(voice.figures.levelDb > -60, true, `${voice.figures.levelDb}`);
  }
});

/** Pushes 20 blocks of noise. The second has one sample that is not finite. */
async function pushAll(harness: ProcessorHarness, sample: number): Promise<void> {
  for (let k = 0; k < 20; k++) {
    const block = noise(BLOCK, k + 1);
    if (k === 1) block[40] = sample;
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [block], ptsNs: samplesToNs(k * BLOCK, RATE) });
    await harness.run();
  }
}
