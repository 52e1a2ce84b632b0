/** ffmpeg's filter `ebur128` judges. */
import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { decibelsToFactor } from "./decibels.ts";
import { judgedLoudness } from "./fixtures/judged_loudness.ts";
import { join, noise, sine } from "./fixtures/test_signals.ts";

const RATE = 48_000;

/** What becomes of a sound, and the node's last figures. */
async function normalized(config: Parameters<typeof nodes.normalize>[0], samples: Float32Array) {
  await using harness = await ProcessorHarness.create(nodes.normalize(config));
  for (let at = 0; at < samples.length; at += 4800) {
    const part = samples.subarray(at, at + 4800);
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [part], ptsNs: Math.round(at / RATE * 1e9) });
    await harness.run();
  }
  harness.end();
  await harness.run();
  const blocks = harness.takeAudio("audioOut");
  let at = 0;
  for (const { ptsNs, channels } of blocks) {
    assert.ok(Math.abs(ptsNs - at / RATE * 1e9) <= 1, `${ptsNs} at sample ${at}`);
    at += channels[0].length;
  }
  return { out: join(blocks.map(({ channels }) => channels[0])), figures: harness.figures! };
}

function judged(samples: Float32Array) {
  const path = Deno.makeTempFileSync({ suffix: ".f32" });
  try {
    Deno.writeFileSync(path, new Uint8Array(samples.slice().buffer));
    return judgedLoudness("-f", "f32le", "-ar", `${RATE}`, "-ac", "1", "-i", path);
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("Normalize brings what was measured to its target, sample by sample in its place", async () => {
  const samples = sine(4 * RATE, 440, RATE, 0.05);
  const measuredLufs = judged(samples).integratedLufs;
  const { out, figures } = await normalized({ targetLufs: -20, measuredLufs }, samples);
  assert.equal(out.length, samples.length);
  const gain = decibelsToFactor(-20 - measuredLufs);
  out.forEach((sample, i) => assert.ok(Math.abs(sample - gain * samples[i]) < 1e-6, `sample ${i}`));
  assert.ok(Math.abs(judged(out).integratedLufs + 20) <= 0.1);
  assert.deepEqual([figures.mostReductionDb, figures.integratedLufs], [0, measuredLufs]);
});

Deno.test("Normalize keeps peaks between samples below its ceiling, and says by how much it turned them down", async () => {
  // A sine of a quarter of the rate has its peaks between samples, 3 dB above them; what begins at once rings.
  const fade = (i: number) => Math.min(1, i / 4800, (RATE - i) / 4800);
  const peaks = Float32Array.from(
    { length: RATE },
    (_, i) => fade(i) * Math.SQRT1_2 * Math.sin(Math.PI * (i / 2 + 0.25)),
  );
  for (const samples of [peaks, noise(RATE)]) {
    const { out, figures } = await normalized({ targetLufs: 0, measuredLufs: -6, ceilingDb: -1 }, samples);
    const { truePeakDb } = judged(out);
    assert.ok(truePeakDb <= -0.9, `${truePeakDb} dB`);
    assert.ok(truePeakDb > -1.1 && figures.mostReductionDb > 3, `${truePeakDb} dB, ${figures.mostReductionDb} dB`);
  }
});

Deno.test("Normalize goes to its target by itself where nothing was measured, up to the greatest gain", async () => {
  const quiet = noise(10 * RATE).map((sample) => sample * 0.01);
  const { out, figures } = await normalized({ targetLufs: -23 }, quiet);
  const end = judged(out.subarray(6 * RATE));
  assert.ok(Math.abs(end.integratedLufs + 23) <= 0.3, `${end.integratedLufs} LUFS`);
  assert.ok(Math.abs(figures.integratedLufs - judged(quiet).integratedLufs) <= 0.1);
  const held = await normalized({ targetLufs: -23, mostGainDb: 6 }, quiet);
  assert.ok(Math.abs(held.figures.gainDb - 6) < 0.01);
  const silent = await normalized({}, new Float32Array(RATE));
  assert.equal(silent.figures.gainDb, 0);
});
