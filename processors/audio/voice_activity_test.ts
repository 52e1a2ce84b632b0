import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { noise } from "./fixtures/test_signals.ts";
import type { VoiceReading } from "./voice_activity.ts";

const RATE = 16_000;

/** Noise at -50 dB or so, and in these seconds something like vowels: the overtones of 120 Hz, four times a second. */
function speech(seconds: number, from: number, to: number): Float32Array {
  const samples = noise(seconds * RATE).map((sample) => sample * 0.006);
  for (let i = from * RATE; i < to * RATE; i++) {
    const syllable = Math.sin(Math.PI * 4 * (i / RATE - from)) ** 2;
    for (let k = 2; k < 20; k++) samples[i] += 0.01 * syllable * Math.sin(2 * Math.PI * 120 * k * i / RATE);
  }
  return samples;
}

async function listen(samples: Float32Array, config: Parameters<typeof nodes.voiceActivity>[0] = {}, size = 160) {
  await using harness = await ProcessorHarness.create(nodes.voiceActivity(config));
  const readings: VoiceReading[] = [];
  for (let at = 0; at < samples.length; at += size) {
    const channels = [samples.subarray(at, at + size)];
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels, ptsNs: at / RATE * 1e9 });
    await harness.run();
    readings.push(...harness.takeData<VoiceReading>("voice"));
    assert.deepEqual(harness.takeAudio("audioOut")[0].channels, channels);
  }
  return { readings, emitted: harness.emitted };
}

Deno.test("VoiceActivity finds where speech begins and ends in noise", async () => {
  const { readings, emitted } = await listen(speech(5, 2, 4));
  assert.deepEqual(readings.map(({ isVoice }) => isVoice), [false, true, false]);
  const [, begun, ended] = readings.map(({ ptsNs }) => ptsNs / 1e9);
  assert.ok(begun >= 2 && begun < 2.1, `begun at ${begun} s`);
  assert.ok(ended > 3.85 && ended <= 4.05, `ended at ${ended} s`);
  assert.equal(emitted.length, 2);
  assert.deepEqual(emitted[0], { name: "voice", data: readings[1] });
});

Deno.test("VoiceActivity finds no speech in noise alone, however loud, nor in silence", async () => {
  for (const factor of [0.3, 0.001, 0]) {
    const { readings } = await listen(noise(6 * RATE).map((sample) => sample * factor));
    assert.deepEqual(readings.map(({ isVoice }) => isVoice), [false]);
  }
});

Deno.test("VoiceActivity learns that noise has become louder", async () => {
  const samples = noise(8 * RATE).map((sample, i) => sample * (i < 2 * RATE ? 0.003 : 0.06));
  const { readings } = await listen(samples);
  assert.deepEqual(readings.map(({ isVoice }) => isVoice), [false, true, false]);
  assert.ok(readings[2].ptsNs < 5.1e9, `${readings[2].ptsNs / 1e9} s`);
});

Deno.test("VoiceActivity keeps to its onset and its hang time, and to its minimum", async () => {
  const samples = speech(5, 2, 4);
  const { readings } = await listen(samples, { hangMs: 50 });
  // Between two syllables there are pauses of about 0.1 s.
  assert.ok(readings.length > 5, `${readings.length}`);
  assert.equal((await listen(samples, { minimumDb: -10 })).readings.length, 1);
  assert.equal((await listen(samples, { onsetMs: 500 })).readings.length, 1);
});
