/** ffmpeg's filter `ebur128` judges, but for what the standards name values of. */
import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { decodedSound, judgedLoudness } from "./fixtures/judged_loudness.ts";
import { sine } from "./fixtures/test_signals.ts";
import { kWeighting } from "./loudness_meter.ts";
import type { LoudnessReading } from "./loudness_reading.ts";

const RATE = 48_000;

/** The last reading of a sound, in blocks of 1,000 samples. */
async function measured(channels: readonly Float32Array[], sampleRateHz = RATE): Promise<LoudnessReading> {
  await using harness = await ProcessorHarness.create(nodes.loudness());
  for (let at = 0; at < channels[0].length; at += 1000) {
    const part = channels.map((samples) => samples.subarray(at, at + 1000));
    harness.pushAudio("audioIn", { sampleRateHz, channels: part, ptsNs: Math.round(at / sampleRateHz * 1e9) });
    await harness.run();
  }
  harness.end();
  await harness.run();
  return harness.figures as unknown as LoudnessReading;
}

function near(found: number, wanted: number, tolerance: number, what = ""): void {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what} ${found}, wanted ${wanted}`);
}

Deno.test("kWeighting has the coefficients of BS.1770 at 48 kHz", () => {
  const wanted = [
    ...[1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
    ...[1, -2, 1, -1.99004745483398, 0.99007225036621],
  ];
  kWeighting(48_000).forEach((found, at) => near(found, wanted[at], 1e-10));
});

Deno.test("Loudness reads a sine of 1 kHz at -23 dB on both channels as -23 LUFS, everywhere (Tech 3341, case 1)", async () => {
  const samples = sine(5 * RATE, 1000, RATE, 10 ** (-23 / 20));
  const { momentaryLufs, shortTermLufs, integratedLufs, rangeLu, truePeakDb } = await measured([samples, samples]);
  for (const lufs of [momentaryLufs, shortTermLufs, integratedLufs]) near(lufs, -23, 0.1);
  near(rangeLu, 0, 0.1);
  near(truePeakDb, -23, 0.1);
});

Deno.test("Loudness leaves quiet passages out of the whole (Tech 3341, case 3) and tells the range (Tech 3342, case 1)", async () => {
  const parts = (levels: readonly (readonly [db: number, seconds: number])[]) => {
    const blocks = levels.map(([db, seconds]) => sine(seconds * RATE, 1000, RATE, 10 ** (db / 20)));
    return Float32Array.from(blocks.flatMap((block) => [...block]));
  };
  const quiet = parts([[-36, 2], [-23, 12], [-36, 2]]);
  near((await measured([quiet, quiet])).integratedLufs, -23, 0.1);
  const two = parts([[-20, 8], [-30, 8]]);
  near((await measured([two, two])).rangeLu, 10, 1);
});

Deno.test("Loudness finds peaks between samples: a sine of a quarter of the rate, half a step off its peaks", async () => {
  // What begins at once rings.
  const fade = (i: number) => Math.min(1, i / 4800, (RATE - i) / 4800);
  const samples = Float32Array.from({ length: RATE }, (_, i) => 0.5 * fade(i) * Math.sin(Math.PI * (i / 2 + 0.25)));
  near((await measured([samples])).truePeakDb, -6.02, 0.1);
});

/** Noise that swells, with pauses, as ffmpeg and the node measure it. */
async function assertAsFfmpeg(rate: number, channels: number, seconds: number): Promise<void> {
  const swells = (k: number) => `(0.1+0.4*abs(sin(${0.3 + k / 10}*t)))*(random(${k})*2-1)*lt(mod(t\\,3)\\,2.4)`;
  const exprs = Array.from({ length: channels }, (_, k) => swells(k)).join("|");
  const source = ["-f", "lavfi", "-i", `aevalsrc=exprs='${exprs}':s=${rate}:d=${seconds}`];
  const judge = judgedLoudness(...source);
  const found = await measured(decodedSound(channels, ...source), rate);
  near(found.integratedLufs, judge.integratedLufs, 0.1, `${rate}, ${channels}: integrated`);
  near(found.rangeLu, judge.rangeLu, 0.3, `${rate}, ${channels}: range`);
  near(found.truePeakDb, judge.truePeakDb, 0.1, `${rate}, ${channels}: peak`);
}

Deno.test("Loudness agrees with ffmpeg on stereo of 44,100 Hz", async () => await assertAsFfmpeg(44_100, 2, 10));

rare(Deno.test)("Loudness agrees with ffmpeg on mono, stereo and 5.1 of several rates", async () => {
  for (const [rate, channels] of [[48_000, 1], [16_000, 2], [48_000, 6], [96_000, 2], [11_025, 1]]) {
    await assertAsFfmpeg(rate, channels, 30);
  }
});

Deno.test("Loudness passes blocks on untouched, and counts what is not finite as silence", async () => {
  await using harness = await ProcessorHarness.create(nodes.loudness());
  const samples = Float32Array.of(NaN, 0.5, Infinity);
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [samples], ptsNs: 7 });
  harness.end();
  await harness.run();
  const [block] = harness.takeAudio("audioOut");
  assert.deepEqual([block.ptsNs, block.channels[0]], [7, samples]);
  const [reading] = harness.takeData<LoudnessReading>("readings");
  assert.deepEqual([reading.ptsNs, reading.durationNs, reading.integratedLufs], [7, 62_500, -70]);
  assert.equal(harness.figures!.notFinite, 2);
  assert.ok(Number.isFinite(reading.truePeakDb) && reading.truePeakDb > -7);
});

Deno.test("Loudness.reset() leaves out of the programme what came before, and momentary loudness goes on", async () => {
  const sounds = (db: number, seconds: number) => sine(seconds * RATE, 1000, RATE, 10 ** (db / 20));
  await using harness = await ProcessorHarness.create(nodes.loudness());
  const play = async (samples: Float32Array) => {
    for (let at = 0; at < samples.length; at += 1000) {
      const part = samples.subarray(at, at + 1000);
      harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [part, part] });
      await harness.run();
    }
    return harness.figures as unknown as LoudnessReading;
  };
  const loud = await play(sounds(-10, 2));
  near(loud.integratedLufs, -10, 0.1);
  await harness.command("reset");
  const begun = await play(sounds(-30, 0.35));
  near(begun.integratedLufs, -70, 0, "no block of the programme is whole");
  assert.ok(begun.momentaryLufs > -20, "the last 400 ms include what came before");
  const { integratedLufs, truePeakDb } = await play(sounds(-30, 2));
  near(integratedLufs, -30, 0.1);
  near(truePeakDb, -30, 0.5);
});
