import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { decaySamples, Reverberator } from "./reverberator.ts";
import { join, noise, peak } from "./fixtures/test_signals.ts";

const RATE = 44100;

Deno.test("Reverb flushes a tail of exactly the time in which the room gets 60 dB quieter", async () => {
  for (const roomSize of [0, 0.5, 1]) {
    const { left, blocks } = await render({ roomSize, wet: 1, dry: 0, damping: 0, maxTailSeconds: 60 }, impulse(1000));
    assert.equal(left.length, 1000 + decaySamples(roomSize, RATE));
    let endNs = 0;
    for (const block of blocks) {
      assert.ok(Math.abs(block.ptsNs - endNs) <= 1);
      endNs = block.ptsNs + block.durationNs;
    }
  }
});

Deno.test("Reverb's impulse response dies away as its room size says", async () => {
  const { left } = await render({ roomSize: 0.5, wet: 1, dry: 0, damping: 0 }, impulse(1000));
  const early = energy(left.subarray(2000, 6000));
  const late = energy(left.subarray(left.length - 4000));
  const decayDb = 10 * Math.log10(early / late);
  assert.ok(early > 0);
  assert.ok(decayDb > 45 && decayDb < 65, `${decayDb} dB between the first and the last 90 ms`);
});

Deno.test("Reverb's room gives back no more energy than a bound, at its largest", () => {
  const room = new Reverberator(0, RATE, 512);
  const silence = new Float64Array(512);
  const first = new Float64Array(512);
  first[0] = 1;
  let sum = 0;
  let last = Infinity;
  for (let k = 0; k < 2000; k++) {
    const block = room.render(k === 0 ? first : silence, 512, 1, 0);
    const here = block.reduce((total, sample) => total + sample * sample, 0);
    sum += here;
    if (k % 500 === 499) {
      assert.ok(here < last);
      last = here;
    }
  }
  assert.ok(sum > 0 && sum < 2, `energy ${sum}`);
});

Deno.test("Reverb's damping takes away high frequencies first", async () => {
  const bright = await render({ wet: 1, dry: 0, damping: 0 }, impulse(100));
  const dull = await render({ wet: 1, dry: 0, damping: 1 }, impulse(100));
  const roughness = (samples: Float32Array) => {
    const steps = samples.map((sample, i) => i === 0 ? 0 : sample - samples[i - 1]);
    return energy(steps) / energy(samples);
  };
  const part = (samples: Float32Array) => samples.subarray(12000, 20000);
  assert.ok(roughness(part(dull.left)) < 0.7 * roughness(part(bright.left)));
});

Deno.test("Reverb with no wet part is the dry input and has no tail", async () => {
  const samples = noise(3000);
  const { left } = await render({ wet: 0, dry: 1 }, samples);
  assert.deepEqual(left, samples);
});

Deno.test("Reverb cuts the tail where it is told", async () => {
  const { left } = await render({ maxTailSeconds: 0.1 }, impulse(10));
  assert.equal(left.length, 10 + 4410);
});

Deno.test("Reverb answers differently on each channel, and stays finite on bad samples", async () => {
  await using harness = await ProcessorHarness.create(nodes.reverb({ wet: 1, dry: 0 }));
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [impulse(4000), impulse(4000)] });
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [Float32Array.of(NaN), Float32Array.of(Infinity)] });
  harness.end();
  await harness.run();
  const blocks = harness.takeAudio("audioOut");
  assert.notDeepEqual(blocks[0].channels[0], blocks[0].channels[1]);
  const tail = join(blocks.slice(2).map((block) => block.channels[0]));
  assert.ok(peak(tail) > 0 && Number.isFinite(energy(tail)));
});

Deno.test("Reverb refuses a change of format, naming both and the node that converts", async () => {
  await using harness = await ProcessorHarness.create(nodes.reverb(), {}, { id: "hall" });
  harness.pushAudio("audioIn", { sampleRateHz: 48000, channels: [impulse(4)] });
  harness.pushAudio("audioIn", { sampleRateHz: 44100, channels: [impulse(4)] });
  await assert.rejects(harness.run(), {
    code: "TypeMismatch",
    message: 'Cannot go on in "hall": "hall.audioIn" changed from audio 48000 Hz, 1 channel to audio 44100 Hz, ' +
      '1 channel; put a "resampler" before it',
  });
});

async function render(config: Parameters<typeof nodes.reverb>[0], samples: Float32Array) {
  await using harness = await ProcessorHarness.create(nodes.reverb(config));
  for (let at = 0; at < samples.length; at += 1000) {
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [samples.subarray(at, at + 1000)] });
  }
  harness.end();
  await harness.run();
  const blocks = harness.takeAudio("audioOut");
  return { blocks, left: join(blocks.map((block) => block.channels[0])) };
}

function impulse(count: number): Float32Array {
  return new Float32Array(count).fill(1, 0, 1);
}

function energy(samples: Float32Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}
