import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { join, noise, sine } from "./fixtures/test_signals.ts";

const RATE = 48_000;

/** What comes out of a click and silence, to the end of the tail. */
async function click(config: Parameters<typeof nodes.echo>[0], count = 4800): Promise<Float32Array> {
  await using harness = await ProcessorHarness.create(nodes.echo(config));
  const input = new Float32Array(count);
  input[0] = 1;
  for (let at = 0; at < count; at += 480) {
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [input.subarray(at, at + 480)] });
  }
  harness.end();
  await harness.run();
  return join(harness.takeAudio("audioOut").map(({ channels }) => channels[0]));
}

Deno.test("Echo repeats after exactly its delay in samples, each time by the feedback quieter", async () => {
  const out = await click({ delayMs: 10.02, feedback: 0.5, wet: 0.8, dry: 0.9 });
  const heard = [...out].flatMap((sample, at) => Math.abs(sample) > 1e-9 ? [[at, sample]] : []);
  assert.equal(heard[0][0], 0);
  assert.ok(Math.abs(heard[0][1] - 0.9) < 1e-6);
  heard.slice(1).forEach(([at, sample], k) => {
    assert.equal(at, 481 * (k + 1));
    assert.ok(Math.abs(sample - 0.8 * 0.5 ** k) < 1e-6, `echo ${k + 1}: ${sample}`);
  });
  assert.ok(heard.length >= 10);
});

Deno.test("Echo goes on after the end until it is 60 dB quieter, or for its longest tail", async () => {
  const whole = await click({ delayMs: 100, feedback: 0.1, wet: 1 });
  // 0.1³ is 60 dB: the first echo and three quieter ones.
  assert.equal(whole.length, 4800 + 4 * 4800);
  assert.ok(Math.abs(whole[3 * 4800] - 0.01) < 1e-6);
  assert.equal((await click({ delayMs: 100, feedback: 0.9, maxTailSeconds: 0.25 })).length, 4800 + 12_000);
  assert.equal((await click({ wet: 0 })).length, 4800);
});

Deno.test("Echo gives the same whatever the blocks", async () => {
  const input = noise(3000);
  const outs = [];
  for (const size of [3000, 77]) {
    await using harness = await ProcessorHarness.create(nodes.echo({ delayMs: 3, feedback: 0.7 }));
    for (let at = 0; at < input.length; at += size) {
      harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [input.subarray(at, at + size)] });
    }
    await harness.run();
    outs.push(join(harness.takeAudio("audioOut").map(({ channels }) => channels[0])));
  }
  assert.deepEqual(outs[0], outs[1]);
});

Deno.test("Echo glides to another delay and amount over one block, without a step", async () => {
  await using harness = await ProcessorHarness.create(nodes.echo({ delayMs: 5, feedback: 0, wet: 1, dry: 0 }));
  const tone = sine(9600, 100, RATE, 0.5);
  const push = (k: number) =>
    harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [tone.subarray(2400 * k, 2400 * (k + 1))] });
  push(0);
  await harness.run();
  harness.configure({ delayMs: 7.5, wet: 0.5 });
  for (const k of [1, 2, 3]) push(k);
  await harness.run();
  const out = join(harness.takeAudio("audioOut").map(({ channels }) => channels[0]));
  for (let i = 241; i < out.length; i++) assert.ok(Math.abs(out[i] - out[i - 1]) < 0.0075, `a step at sample ${i}`);
  for (let i = 4800; i < 9600; i++) assert.ok(Math.abs(out[i] - tone[i - 360] / 2) < 1e-6);
});

Deno.test("Echo refuses a delay beyond its longest one, at the start and while it runs", async () => {
  const message = /Cannot delay by 3000 ms in "node": wanted at most "maxDelayMs", 2000 ms/;
  await assert.rejects(ProcessorHarness.create(nodes.echo({ delayMs: 3000 })), { code: "InvalidConfig", message });
  await using harness = await ProcessorHarness.create(nodes.echo());
  assert.throws(() => harness.configure({ delayMs: 3000 }), { code: "InvalidConfig", message });
});

Deno.test("Echo does not repeat a sample that is no number, or has no end", async () => {
  for (const sample of [NaN, Infinity, 3.4e38]) {
    await using harness = await ProcessorHarness.create(nodes.echo({ delayMs: 1, feedback: 0.9 }));
    const bad = new Float32Array(480).fill(0.1);
    bad[10] = sample;
    for (const samples of [bad, new Float32Array(4800).fill(0.1)]) {
      harness.pushAudio("audioIn", { sampleRateHz: RATE, channels: [samples] });
    }
    await harness.run();
    const out = join(harness.takeAudio("audioOut").map(({ channels }) => channels[0]));
    const odd = [...out].flatMap((each, at) => Number.isFinite(each) ? [] : [at]);
    assert.deepEqual(odd.filter((at) => at !== 10), [], String(sample));
  }
});
