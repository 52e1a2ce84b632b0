import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import type { EqualiserBand } from "./biquad_design.ts";
import { factorToDecibels } from "./decibels.ts";
import { amplitudeAt, join, noise, sine } from "./fixtures/test_signals.ts";

const RATE = 48_000;

/** What bands make of a tone in the long run, decibels. */
async function response(bands: EqualiserBand[], frequencyHz: number): Promise<number> {
  await using harness = await ProcessorHarness.create(nodes.equaliser({ bands }));
  const tone = sine(RATE, frequencyHz, RATE, 0.1);
  for (let at = 0; at < RATE; at += 4800) {
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [tone.subarray(at, at + 4800)] });
  }
  await harness.run();
  const [out] = [join(harness.takeAudio("audioOut").map(({ channels }) => channels[0]))];
  return factorToDecibels(amplitudeAt(out.subarray(RATE / 2), frequencyHz, RATE) / 0.1);
}

for (
  const [what, band, points] of [
    ["a peak", { type: "peak", frequencyHz: 1000, gainDb: 6, q: 1 }, [[1000, 6], [20, 0], [20_000, 0]]],
    ["a cut", { type: "peak", frequencyHz: 1000, gainDb: -12, q: 4 }, [[1000, -12], [100, 0]]],
    ["a low shelf", { type: "low-shelf", frequencyHz: 500, gainDb: 9 }, [[20, 9], [500, 4.5], [20_000, 0]]],
    ["a high shelf", { type: "high-shelf", frequencyHz: 4000, gainDb: -8 }, [[100, 0], [4000, -4], [22_000, -8]]],
    // Butterworth: -3.01 dB at the corner, 12 dB an octave beyond it.
    ["a low pass", { type: "low-pass", frequencyHz: 1000 }, [[50, 0], [1000, -3.01], [2000, -12.36]]],
    ["a high pass", { type: "high-pass", frequencyHz: 1000 }, [[10_000, 0], [1000, -3.01], [500, -12.36]]],
    ["a notch", { type: "notch", frequencyHz: 1000, q: 5 }, [[100, 0], [5000, -0.04]]],
  ] as const satisfies readonly (readonly [string, EqualiserBand, readonly (readonly [number, number])[]])[]
) {
  Deno.test(`Equaliser has the frequency response of ${what}`, async () => {
    for (const [frequencyHz, wantedDb] of points) {
      const foundDb = await response([band], frequencyHz);
      assert.ok(Math.abs(foundDb - wantedDb) < 0.15, `${frequencyHz} Hz: ${foundDb} dB, wanted ${wantedDb}`);
    }
  });
}

Deno.test("Equaliser takes the frequency of a notch out, and adds the gains of bands up", async () => {
  assert.ok(await response([{ type: "notch", frequencyHz: 1000, q: 5 }], 1000) < -60);
  const peak = { type: "peak", frequencyHz: 2000, gainDb: 5, q: 2 } as const;
  assert.ok(Math.abs(await response([peak, peak], 2000) - 10) < 0.1);
});

Deno.test("Equaliser passes every bit without bands", async () => {
  await using harness = await ProcessorHarness.create(nodes.equaliser());
  const input = noise(500);
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [input], ptsNs: 7 });
  await harness.run();
  const [block] = harness.takeAudio("audioOut");
  assert.deepEqual([block.channels[0], block.ptsNs], [input, 7]);
});

Deno.test("Equaliser glides to new bands over one block, without a step", async () => {
  await using harness = await ProcessorHarness.create(nodes.equaliser());
  const tone = sine(7200, 100, RATE, 0.5);
  const push = (k: number) =>
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [tone.subarray(2400 * k, 2400 * (k + 1))] });
  push(0);
  await harness.run();
  harness.configure({ bands: [{ type: "low-shelf", frequencyHz: 2000, gainDb: -24 }] });
  push(1);
  push(2);
  await harness.run();
  const out = join(harness.takeAudio("audioOut").map(({ channels }) => channels[0]));
  // The steepest slope of the tone is 2π · 100 / 48,000 · 0.5 a sample.
  for (let i = 1; i < out.length; i++) assert.ok(Math.abs(out[i] - out[i - 1]) < 0.0075, `a step at sample ${i}`);
  assert.ok(Math.max(...out.subarray(2400, 2900)) > 0.3);
  assert.ok(Math.max(...out.subarray(6000)) < 0.05);
});

Deno.test("Equaliser filters each channel by itself, and the same whatever the blocks", async () => {
  const [left, right] = [noise(3000, 1), noise(3000, 2)];
  const outs = [];
  for (const size of [3000, 37]) {
    await using harness = await ProcessorHarness.create(
      nodes.equaliser({ bands: [{ type: "peak", frequencyHz: 700, gainDb: 9, q: 3 }] }),
    );
    for (let at = 0; at < 3000; at += size) {
      const channels = [left.subarray(at, at + size), right.subarray(at, at + size)];
      harness.pushAudio("audioIn", { sampleRateHz: RATE, channels });
    }
    await harness.run();
    const blocks = harness.takeAudio("audioOut");
    outs.push([0, 1].map((channel) => join(blocks.map(({ channels }) => channels[channel]))));
  }
  assert.deepEqual(outs[0], outs[1]);
  assert.notDeepEqual(outs[0][0], outs[0][1]);
});

Deno.test("Equaliser goes on behind a sample that no filter can take", async () => {
  const bands: EqualiserBand[] = [
    { type: "peak", frequencyHz: 3000, gainDb: 24, q: 1 },
    { type: "high-pass", frequencyHz: 20 },
  ];
  for (const sample of [NaN, Infinity, -Infinity, 3e38]) {
    await using harness = await ProcessorHarness.create(nodes.equaliser({ bands }));
    const tone = sine(9600, 3000, RATE, 0.1);
    const bad = new Float32Array(480).fill(0.1);
    bad[100] = sample;
    for (const samples of [bad, tone.subarray(0, 4800), tone.subarray(4800, 9600)]) {
      harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [samples] });
    }
    await harness.run();
    const blocks = harness.takeAudio("audioOut").map(({ channels }) => channels[0]);
    assert.ok(blocks[0].subarray(0, 100).every((each) => Number.isFinite(each) && each !== 0));
    if (Number.isFinite(sample)) continue;
    assert.ok(blocks.every((block) => block.every(Number.isFinite)), String(sample));
    const last = factorToDecibels(amplitudeAt(blocks[2].subarray(2400), 3000, RATE) / 0.1);
    assert.ok(Math.abs(last - 24) < 0.5, `${sample}: ${last} dB`);
  }
});
