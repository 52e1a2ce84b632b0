import assert from "node:assert/strict";
import fc from "fast-check";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { samplesToNs } from "./sample_time.ts";
import { amplitudeAt, join, noise, peak, sine } from "./fixtures/test_signals.ts";

Deno.test("Resampler gives ceil(N × ratio) samples with exact times, whatever the blocks and the ratio", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom([44100, 48000], [48000, 44100], [8000, 96000], [96000, 8000], [48000, 47999], [11025, 16000]),
      fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }),
      async ([from, to], lengths) => {
        const blocks = await convert(from, to, lengths.map((length) => noise(length)));
        const total = lengths.reduce((a, b) => a + b);
        const made = blocks.reduce((sum, block) => sum + block.channels[0].length, 0);
        assert.equal(made, Math.ceil((total * to) / from));
        let at = 0;
        for (const block of blocks) {
          assert.equal(block.sampleRateHz, to);
          assert.ok(Math.abs(block.ptsNs - samplesToNs(at, to)) <= 2);
          at += block.channels[0].length;
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("Resampler keeps a sine's frequency, level and place in time", async () => {
  for (
    const [from, to, hz] of [[44100, 48000, 1000], [48000, 44100, 15000], [48000, 47999, 997], [8000, 48000, 3000]]
  ) {
    const input = sine(from, hz, from, 0.5);
    const output = join((await convert(from, to, cut(input, 1000))).map((block) => block.channels[0]));
    const expected = sine(to, hz, to, 0.5);
    const error = output.map((sample, i) => sample - expected[i]).subarray(2000, -2000);
    assert.ok(peak(error) < 2e-4, `${from} to ${to} at ${hz} Hz: off by ${peak(error)}`);
  }
});

Deno.test("Resampler keeps out what is beyond half the new rate", async () => {
  const input = sine(96000, 30000, 96000);
  const output = join((await convert(96000, 48000, cut(input, 4096))).map((block) => block.channels[0]));
  assert.ok(amplitudeAt(output.subarray(1000, 41000), 18000, 48000) < 1e-4);
  assert.ok(peak(output.subarray(1000, 41000)) < 1e-4);
});

Deno.test("Resampler is flat to 0.004 dB up to 0.85 of the lower half rate, and what it adds is 104 dB down", async () => {
  for (const [from, to] of [[48000, 44100], [44100, 48000], [96000, 44100], [48000, 47999]]) {
    const half = Math.min(from, to) / 2;
    for (const part of [0.01, 0.3, 0.6, 0.85]) {
      const hz = Math.round(part * half);
      const output = join(
        (await convert(from, to, cut(sine(from / 2, hz, from), 4096))).map((block) => block.channels[0]),
      );
      const middle = output.subarray(1000, -1000);
      const ideal = sine(output.length, hz, to).subarray(1000, -1000);
      const gain = dot(middle, ideal) / dot(ideal, ideal);
      const added = middle.map((sample, i) => sample - gain * ideal[i]);
      const about = `${from} to ${to} at ${hz} Hz`;
      const gainDb = 20 * Math.log10(gain);
      assert.ok(Math.abs(gainDb) < 0.004, `${about}: ${gainDb} dB`);
      const addedDb = 10 * Math.log10(dot(added, added) / dot(ideal, ideal));
      assert.ok(addedDb < -104, `${about}: adds ${addedDb} dB`);
    }
  }
});

Deno.test("Resampler holds what lies from 1.04 of the lower half rate on 98 dB down", async () => {
  for (const [from, to] of [[48000, 44100], [96000, 44100], [96000, 48000], [48000, 8000]]) {
    for (const part of [1.04, 1.06, 1.3, 2].filter((part) => part * to < from)) {
      const hz = Math.round(part * to / 2);
      const output = join(
        (await convert(from, to, cut(sine(from / 2, hz, from), 4096))).map((block) => block.channels[0]),
      );
      const left = peak(output.subarray(1000, -1000));
      assert.ok(20 * Math.log10(left) < -98, `${from} to ${to} at ${hz} Hz: ${20 * Math.log10(left)} dB`);
    }
  }
});

Deno.test("Resampler leaves a constant as it is", async () => {
  const output = join(
    (await convert(44100, 32000, [new Float32Array(5000).fill(0.75)])).map((block) => block.channels[0]),
  );
  for (const sample of output.subarray(200, -200)) assert.ok(Math.abs(sample - 0.75) < 1e-6);
});

Deno.test("Resampler passes every bit where the rate is right already", async () => {
  const input = noise(3000);
  assert.deepEqual(join((await convert(48000, 48000, cut(input, 700))).map((block) => block.channels[0])), input);
});

Deno.test("Resampler starts afresh after a gap, at the new time", async () => {
  await using harness = await ProcessorHarness.create(nodes.resampler({ sampleRateHz: 2000 }));
  harness.pushAudio("audioIn", { sampleRateHz: 1000, channels: [noise(100)], ptsNs: 0 });
  harness.pushAudio("audioIn", { sampleRateHz: 1000, channels: [noise(50)], ptsNs: 500_000_000 });
  harness.end();
  await harness.run();
  const blocks = harness.takeAudio("audioOut");
  const second = blocks.findIndex((block) => block.discontinuity);
  assert.equal(blocks[second].ptsNs, 500_000_000);
  const count = (some: typeof blocks) => some.reduce((sum, block) => sum + block.channels[0].length, 0);
  assert.deepEqual([count(blocks.slice(0, second)), count(blocks.slice(second))], [200, 100]);
});

Deno.test("Resampler follows a change of rate and of channels", async () => {
  await using harness = await ProcessorHarness.create(nodes.resampler({ sampleRateHz: 48000 }));
  harness.pushAudio("audioIn", { sampleRateHz: 24000, channels: [noise(100)] });
  harness.pushAudio("audioIn", { sampleRateHz: 48000, channels: [noise(100)] });
  harness.pushAudio("audioIn", { sampleRateHz: 96000, channels: [noise(100), noise(100)] });
  harness.end();
  await harness.run();
  const counts = new Map<number, number>();
  for (const { channels } of harness.takeAudio("audioOut")) {
    counts.set(channels.length, (counts.get(channels.length) ?? 0) + channels[0].length);
  }
  assert.deepEqual([...counts], [[1, 300], [2, 50]]);
});

async function convert(from: number, to: number, blocks: readonly Float32Array[]) {
  await using harness = await ProcessorHarness.create(nodes.resampler({ sampleRateHz: to }));
  let at = 0;
  for (const block of blocks) {
    harness.pushAudio("audioIn", { sampleRateHz: from, channels: [block], ptsNs: samplesToNs(at, from) });
    at += block.length;
  }
  harness.end();
  await harness.run();
  assert.equal(harness.finished, true);
  return harness.takeAudio("audioOut");
}

function cut(samples: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, k) => samples.subarray(k * size, (k + 1) * size));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
