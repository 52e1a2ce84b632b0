import assert from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { decibelsToFactor, factorToDecibels } from "./decibels.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import { join } from "./fixtures/test_signals.ts";
import { SideChain } from "./side_chain.ts";

const RATE = 48_000;

type Config = Parameters<typeof nodes.compressor>[0];

/** What comes out of constant levels, one after the other, each for so many samples. */
async function compress(config: Config, ...levels: [levelDb: number, count: number][]): Promise<Float32Array> {
  await using harness = await ProcessorHarness.create(nodes.compressor(config));
  for (const [levelDb, count] of levels) {
    const samples = new Float32Array(count).fill(decibelsToFactor(levelDb));
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [samples] });
  }
  await harness.run();
  return join(harness.takeAudio("audioOut").map(({ channels }) => channels[0]));
}

for (
  const [inDb, outDb] of [
    [-60, -60],
    [-30.1, -30.1],
    // In the middle of a knee of 10 dB: (1 - 1/4) · 5² / 20 below the threshold.
    [-25, -25.9375],
    [-20, -23.75],
    [-10, -21.25],
    [0, -18.75],
  ]
) {
  Deno.test(`Compressor turns ${inDb} dB into ${outDb} dB: ratio 4 above -25 dB, with a knee of 10 dB`, async () => {
    const out = await compress({ thresholdDb: -25, ratio: 4, kneeDb: 10, attackMs: 1, releaseMs: 10 }, [inDb, 9600]);
    const foundDb = factorToDecibels(out[9599]);
    assert.ok(Math.abs(foundDb - outDb) < 0.01, `${foundDb} dB`);
  });
}

Deno.test("Compressor has 63 % of a reduction after its attack time, and of the way back after its release time", async () => {
  const config = { thresholdDb: -30, ratio: 3, kneeDb: 0, attackMs: 20, releaseMs: 50 };
  const [loud, quiet] = [9600, 9600];
  const out = await compress(config, [-40, 100], [-6, loud], [-40, quiet]);
  const reductionDb = (at: number, levelDb: number) => levelDb - factorToDecibels(out[at]);
  // 24 dB above the threshold, of which two thirds go.
  const share = reductionDb(100 + 960 - 1, -6) / 16;
  assert.ok(Math.abs(share - (1 - 1 / Math.E)) < 0.002, `attack: ${share}`);
  assert.ok(Math.abs(reductionDb(100 + loud - 1, -6) - 16) < 0.01);
  const left = reductionDb(100 + loud + 2400 - 1, -40) / 16;
  assert.ok(Math.abs(left - 1 / Math.E) < 0.002, `release: ${left}`);
});

Deno.test("Compressor gives all channels the gain of the loudest, and reports it", async () => {
  await using harness = await ProcessorHarness.create(
    nodes.compressor({ thresholdDb: -20, ratio: 2, kneeDb: 0, attackMs: 0 }),
  );
  const [loud, quiet] = [new Float32Array(480).fill(1), new Float32Array(480).fill(0.01)];
  harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [loud, quiet] });
  await harness.run();
  const [{ channels }] = harness.takeAudio("audioOut");
  assert.ok(Math.abs(factorToDecibels(channels[0][479]) + 10) < 1e-3);
  assert.ok(Math.abs(factorToDecibels(channels[1][479]) + 50) < 1e-3);
  assert.ok(Math.abs(harness.figures!.reductionDb - 10) < 1e-3);
});

Deno.test("Compressor glides to a new makeup gain over one block", async () => {
  await using harness = await ProcessorHarness.create(nodes.compressor({ makeupDb: 0 }));
  const push = () =>
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [new Float32Array(100).fill(0.001)] });
  push();
  await harness.run();
  harness.configure({ makeupDb: 20 });
  push();
  push();
  await harness.run();
  const [before, gliding, after] = harness.takeAudio("audioOut").map(({ channels }) => channels[0]);
  assert.ok(Math.abs(before[99] - 0.001) < 1e-9);
  for (let i = 1; i < 100; i++) assert.ok(gliding[i] > gliding[i - 1] && gliding[i] - gliding[i - 1] < 1e-4);
  assert.ok(Math.abs(gliding[99] - 0.01) < 1e-6 && Math.abs(after[0] - 0.01) < 1e-6);
});

/** What comes out of ones, in blocks of 480 samples, with a side-chain of blocks of 300 at another rate. */
async function ducked(
  side: readonly (readonly [at: number, level: number])[],
  sideRateHz: number,
): Promise<Float32Array> {
  await using harness = await ProcessorHarness.create(
    nodes.compressor({ thresholdDb: -20, ratio: 2, kneeDb: 0, attackMs: 0, releaseMs: 1 }),
  );
  for (let at = 0; at < 9600; at += 480) {
    harness.pushAudio("audioIn", {
      sampleRateHz: RATE,
      channels: [new Float32Array(480).fill(0.5)],
      ptsNs: at / RATE * 1e9,
    });
  }
  for (const [at, level] of side) {
    const samples = new Float32Array(300).fill(level);
    harness.pushAudio("sidechain", {
      sampleRateHz: sideRateHz,
      channels: [new Float32Array(300), samples],
      ptsNs: at / sideRateHz * 1e9,
    });
  }
  harness.end("sidechain");
  await harness.run();
  return join(harness.takeAudio("audioOut").map(({ channels }) => channels[0]));
}

for (const sideRateHz of [48_000, 16_000]) {
  Deno.test(`Compressor turns down by the level of its side-chain at the same time, of ${sideRateHz} Hz`, async () => {
    // From 100 ms on for 18.75 ms, or three times as long, at 0 dB: 20 dB above the threshold, of which half goes.
    const from = sideRateHz / 10;
    const loud = [0, 300, 600].map((at) => [from + at, 1] as const);
    const out = await ducked([[0, 0.01], ...loud], sideRateHz);
    assert.equal(out.length, 9600);
    const until = 4800 + 900 * RATE / sideRateHz;
    const gainDb = (at: number) => factorToDecibels(out[at] / 0.5);
    assert.deepEqual([0, 4799].map((at) => Math.abs(gainDb(at)) < 1e-4), [true, true]);
    for (const at of [4800, until - 1]) assert.ok(Math.abs(gainDb(at) + 10) < 0.01, `${at}: ${gainDb(at)} dB`);
    assert.ok(gainDb(until) > -9.9);
    assert.ok(Math.abs(gainDb(until + 960)) < 0.01);
  });
}

Deno.test("Compressor waits for its side-chain, and ends with its own input", async () => {
  await using harness = await ProcessorHarness.create(nodes.compressor(), {}, { connect: ["sidechain"] });
  const push = (port: string, ptsNs: number) =>
    harness.pushAudio(port, { sampleRateHz: RATE, channels: [new Float32Array(480)], ptsNs });
  push("audioIn", 0);
  await harness.run();
  assert.equal(harness.takeAudio("audioOut").length, 0);
  push("sidechain", 0);
  await harness.run();
  assert.equal(harness.takeAudio("audioOut").length, 1);
  harness.end("audioIn");
  push("sidechain", 1e7);
  await harness.run();
  assert.equal(harness.finished, true);
});

Deno.test("SideChain goes on from a state: levels that were read before their time are not lost", () => {
  const block = (ptsNs: number, samples: Float32Array) =>
    ({
      ptsNs,
      sampleRateHz: 1000,
      sampleCount: samples.length,
      channels: 1,
      channel: () => samples,
    }) as unknown as AudioFrame;
  const queue = [block(0, Float32Array.from({ length: 30 }, (_, i) => i / 32))];
  const port = { peek: () => queue[0], read: () => queue.shift(), ended: true } as StreamInput<AudioFrame>;
  const side = new SideChain();
  const head = [0, 1e7, 2e7, 3e7].map((ptsNs) => block(ptsNs, new Float32Array(10)));
  assert.equal(side.collect(port, head[0]), true);
  const next = new SideChain();
  next.restore(structuredClone(side.snapshot()));
  const found = head.slice(1).map((each) => {
    assert.equal(next.collect(port, each), true);
    return [...next.levelsFor(each)];
  });
  assert.deepEqual(found.flat(), Array.from({ length: 30 }, (_, i) => i < 20 ? (i + 10) / 32 : 0));
});

Deno.test("Compressor that is bypassed passes its input on, and ends with it while its side-chain goes on", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const format = { sampleRateHz: RATE, channels: 1 };
  const [music, voice] = ["music", "voice"].map((id) => runtime.add(appSource.audio(format), { id }));
  const duck = runtime.add(nodes.compressor({ thresholdDb: -60 }), { id: "duck", bypassed: true });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connect(music.outputs.audio, duck.inputs.audioIn);
  runtime.connect(voice.outputs.audio, duck.inputs.sidechain);
  runtime.connect(duck.outputs.audioOut, sink.inputs.audio);
  await runtime.start();
  const ones = new Float32Array(480).fill(1);
  // Frames run a node, and the end of one of its inputs alone does not. So somebody speaks until nobody listens.
  const speaking = (async () => {
    for (;;) await voice.push({ channels: [ones] });
  })();
  const unheard = assert.rejects(speaking, /nobody reads what the node writes/);
  await music.push({ channels: [ones] });
  music.end();
  const found: number[][] = [];
  for await (const frame of sink) found.push([...frame.channel(0)]);
  assert.deepEqual(found, [[...ones]]);
  await unheard;
  await runtime.finished;
});
