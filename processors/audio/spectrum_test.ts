import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { samplesToNs } from "./sample_time.ts";
import { SpectrumAnalyzer, type SpectrumReading } from "./spectrum_reading.ts";
import { noise, sine } from "./fixtures/test_signals.ts";
import { makeWindow, type WindowName } from "./window.ts";

const RATE = 48000;
const WINDOWS: readonly WindowName[] = ["hann", "blackman", "flat-top", "rectangular"];

Deno.test("SpectrumAnalyzer's transform is the discrete Fourier transform", () => {
  const size = 64;
  const input = noise(size);
  const analyzer = new SpectrumAnalyzer(size, "rectangular");
  analyzer.samples.set(input);
  const { magnitudesDb } = analyzer.analyze(0, 0, RATE);
  assert.equal(magnitudesDb.length, size / 2 + 1);
  for (let k = 0; k <= size / 2; k++) {
    let [re, im] = [0, 0];
    for (let i = 0; i < size; i++) {
      re += input[i] * Math.cos((2 * Math.PI * k * i) / size);
      im -= input[i] * Math.sin((2 * Math.PI * k * i) / size);
    }
    const scale = (k === 0 || k === size / 2 ? 1 : 2) / size;
    assert.ok(Math.abs(magnitudesDb[k] - 20 * Math.log10(Math.hypot(re, im) * scale)) < 1e-3);
  }
});

Deno.test("Spectrum reads 0 dB in the right bin for a sine at full scale, with every window", async () => {
  for (const window of WINDOWS) {
    const [reading] = await read({ size: 1024, window }, sine(1024, RATE * 100 / 1024, RATE));
    assert.equal(reading.peakBin, 100);
    assert.ok(Math.abs(reading.peakDb) < 0.001, `${window}: ${reading.peakDb} dB`);
    assert.equal(reading.binHz, RATE / 1024);
    assert.ok(reading.magnitudesDb[300] < -100);
  }
});

Deno.test("Spectrum finds a frequency between bins to a twentieth of a bin", async () => {
  for (const hz of [440, 997, 1234.5, 10001]) {
    for (const window of ["hann", "blackman"] as const) {
      const [reading] = await read({ size: 4096, window }, sine(4096, hz, RATE, 0.5));
      assert.ok(Math.abs(reading.peakHz - hz) < reading.binHz / 20, `${window} ${hz}: ${reading.peakHz}`);
    }
  }
});

Deno.test("Spectrum reports the strongest frequency of its newest reading", async () => {
  await using harness = await ProcessorHarness.create(nodes.spectrum({ size: 1024 }));
  harness.pushAudio("audio", { sampleRateHz: RATE, channels: [sine(1024, 1_000, RATE, 0.5)], ptsNs: 0 });
  await harness.run();
  const [{ peakHz, peakDb }] = harness.takeData<SpectrumReading>("spectrum");
  assert.deepEqual(harness.figures, { peakHz, peakDb });
});

Deno.test("Spectrum with a flat-top window reads the level between bins to 0.02 dB", async () => {
  const [reading] = await read({ size: 1024, window: "flat-top" }, sine(1024, RATE * 100.5 / 1024, RATE, 0.5));
  assert.ok(Math.abs(reading.peakDb + 6.0206) < 0.02, String(reading.peakDb));
});

Deno.test("Spectrum gives a reading for every hop, with the time of its first sample", async () => {
  const readings = await read({ size: 256, overlap: 0.75 }, noise(5000), 1700);
  assert.equal(readings.length, Math.floor((5000 - 256) / 64) + 1);
  readings.forEach((reading, k) => assert.ok(Math.abs(reading.ptsNs - samplesToNs(64 * k, RATE)) <= 1));
});

Deno.test("Spectrum does not depend on how audio is cut into blocks", async () => {
  const input = noise(4000);
  const whole = await read({ size: 512 }, input, 4000);
  const cut = await read({ size: 512 }, input, 77);
  assert.deepEqual(cut.map((reading) => reading.magnitudesDb), whole.map((reading) => reading.magnitudesDb));
});

Deno.test("Spectrum measures one channel, or the average of all", async () => {
  for (const [channel, db] of [[0, 0], [1, -200], [-1, -6.0206]]) {
    await using harness = await ProcessorHarness.create(nodes.spectrum({ size: 64, channel, window: "rectangular" }));
    const channels = [sine(64, RATE / 8, RATE), new Float32Array(64)];
    harness.pushAudio("audio", { sampleRateHz: RATE, channels });
    harness.end();
    await harness.run();
    const [reading] = harness.takeData<SpectrumReading>("spectrum");
    assert.ok(Math.abs(reading.magnitudesDb[8] - db) < 0.001);
  }
});

Deno.test("Spectrum measures nothing across a gap", async () => {
  await using harness = await ProcessorHarness.create(nodes.spectrum({ size: 128 }));
  harness.pushAudio("audio", { sampleRateHz: RATE, channels: [noise(100)], ptsNs: 0 });
  harness.pushAudio("audio", { sampleRateHz: RATE, channels: [noise(130)], ptsNs: 1e9 });
  harness.end();
  await harness.run();
  assert.deepEqual(harness.takeData<SpectrumReading>("spectrum").map((reading) => reading.ptsNs), [1e9]);
});

Deno.test("Spectrum refuses a size that is no power of two, and a channel that is not there", async () => {
  await assert.rejects(ProcessorHarness.create(nodes.spectrum({ size: 1000 }), {}, { id: "s" }), {
    code: "InvalidConfig",
    message: /Cannot set "s\.size" to 1000: wanted a power of two, such as 1024/,
  });
  await using harness = await ProcessorHarness.create(nodes.spectrum({ channel: 1 }), {}, { id: "s" });
  harness.pushAudio("audio", { sampleRateHz: RATE, channels: [noise(8)] });
  await assert.rejects(harness.run(), { code: "TypeMismatch", message: /channel 1 in "s".* has 1 channels/ });
});

Deno.test("makeWindow() gives windows that are greatest in the middle", () => {
  for (const name of WINDOWS) {
    const window = makeWindow(name, 64);
    assert.equal(Math.max(...window), window[32]);
    assert.ok(name === "rectangular" || Math.abs(window[0]) < 0.01);
  }
});

async function read(config: Parameters<typeof nodes.spectrum>[0], samples: Float32Array, blockSize = 4096) {
  await using harness = await ProcessorHarness.create(nodes.spectrum(config));
  for (let at = 0; at < samples.length; at += blockSize) {
    const channels = [samples.subarray(at, at + blockSize)];
    harness.pushAudio("audio", { sampleRateHz: RATE, channels, ptsNs: samplesToNs(at, RATE) });
  }
  harness.end();
  await harness.run();
  return harness.takeData<SpectrumReading>("spectrum");
}
