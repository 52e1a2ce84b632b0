import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import type { LevelReading } from "./level_reading.ts";
import { sine } from "./fixtures/test_signals.ts";

const RATE = 48000;

Deno.test("LevelMeter reads peak and RMS of a sine, a square and silence", async () => {
  const count = 4800;
  const square = new Float32Array(count).fill(-0.5);
  const [reading] = await read([[sine(count, 1000, RATE), square, new Float32Array(count)]]);
  close(reading.peakDb, [0, -6.0206, -200]);
  close(reading.rmsDb, [-3.0103, -6.0206, -200]);
  assert.deepEqual([reading.ptsNs, reading.durationNs], [0, 100_000_000]);
});

Deno.test("LevelMeter holds the greatest peak and starts the others afresh", async () => {
  const loud = sine(4800, 1000, RATE);
  const readings = await read([[loud], [loud.map((x) => x / 10)]]);
  close(readings[1].peakDb, [-20]);
  close(readings[1].rmsDb, [-23.0103]);
  close(readings[1].peakHoldDb, [0]);
});

Deno.test("LevelMeter gives a reading when the interval is full, and one for what is left", async () => {
  const block = [new Float32Array(1024).fill(0.1)];
  const readings = await read([block, block, block, block, block, block, block], 50);
  assert.deepEqual(readings.map(({ ptsNs, durationNs }) => [ptsNs, durationNs]), [
    [0, 64_000_000],
    [64_000_000, 64_000_000],
    [128_000_000, 21_333_333],
  ]);
});

Deno.test("LevelMeter reports its newest reading as its figures, channel by channel", async () => {
  await using harness = await ProcessorHarness.create(nodes.levelMeter());
  const half = new Float32Array(4800).fill(0.5);
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [half, new Float32Array(4800)], ptsNs: 0 });
  await harness.run();
  const [reading] = harness.takeData<LevelReading>("levels");
  const { figures } = harness;
  assert.deepEqual(figures, {
    peakDb_0: reading.peakDb[0],
    rmsDb_0: reading.rmsDb[0],
    peakHoldDb_0: reading.peakHoldDb[0],
    peakDb_1: -200,
    rmsDb_1: -200,
    peakHoldDb_1: -200,
    notFinite: 0,
  });
  close([figures!.peakDb_0], [-6.0206]);
});

Deno.test("LevelMeter passes blocks on untouched, with or without somebody who reads the levels", async () => {
  for (const disconnect of [[], ["levels"]]) {
    await using harness = await ProcessorHarness.create(nodes.levelMeter(), {}, { disconnect });
    const bits = Uint32Array.of(0x7f800001, 0x3f800000);
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [new Float32Array(bits.buffer)], ptsNs: 9 });
    harness.end();
    await harness.run();
    const [block] = harness.takeAudio("audioOut");
    assert.deepEqual([block.ptsNs, new Uint32Array(block.channels[0].buffer)], [9, bits]);
    assert.equal(harness.finished, true);
  }
});

Deno.test("LevelMeter leaves out samples that are not numbers", async () => {
  const [reading] = await read([[Float32Array.of(NaN, 0.5)]]);
  close(reading.peakDb, [-6.0206]);
  assert.ok(Number.isFinite(reading.rmsDb[0]));
});

Deno.test("LevelMeter shows what has no end as 771 dB, and goes on", async () => {
  for (const sample of [Infinity, -Infinity, 3.4e38]) {
    const [loud, quiet] = await read([[Float32Array.of(0, sample)], [Float32Array.of(0.5, 0.5)]], 0);
    assert.ok(loud.peakDb[0] > 770 && loud.peakDb[0] <= 771, String(loud.peakDb[0]));
    assert.ok(loud.rmsDb[0] > 760 && loud.rmsDb[0] <= 771, String(loud.rmsDb[0]));
    close(quiet.peakDb, [-6.0206]);
  }
});

async function read(blocks: Float32Array[][], intervalMs = 100): Promise<LevelReading[]> {
  await using harness = await ProcessorHarness.create(nodes.levelMeter({ intervalMs }));
  let samples = 0;
  for (const channels of blocks) {
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels, ptsNs: Math.round(samples * 1e9 / RATE) });
    samples += channels[0].length;
  }
  harness.end();
  await harness.run();
  return harness.takeData<LevelReading>("levels");
}

function close(found: readonly number[], wanted: readonly number[]): void {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 0.01, `${value}, wanted ${wanted[i]}`));
}
