import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { samplesToNs } from "./sample_time.ts";
import { join } from "./fixtures/test_signals.ts";

const RATE = 1000;

function values(count: number, value: number): Float32Array {
  return new Float32Array(count).fill(value);
}

function at(samples: number): number {
  return samplesToNs(samples, RATE);
}

async function create(config: { strategy?: "sum" | "average" } = {}, connect = ["audioIn_0"]) {
  const harness = await ProcessorHarness.create(nodes.dynamicMixer(config), {}, { connect, id: "room" });
  const push = (port: string, count: number, value: number, ptsNs?: number) =>
    harness.pushAudio(port, { sampleRateHz: RATE, channels: [values(count, value)], ptsNs });
  const mix = async () => {
    await harness.run();
    const blocks = harness.takeAudio("audioOut");
    return blocks.length === 0 ? [] : [...join(blocks.map((block) => block.channels[0]))];
  };
  return { harness, push, mix };
}

Deno.test("DynamicMixer mixes an input that is added from where its times meet the mix", async () => {
  const { harness, push, mix } = await create();
  await using _ = harness;
  push("audioIn_0", 10, 1, at(0));
  assert.deepEqual(await mix(), Array(10).fill(1));
  assert.equal(harness.addInput("audioIn"), "audioIn_1");
  push("audioIn_1", 10, 2, at(5));
  push("audioIn_0", 10, 1);
  assert.deepEqual(await mix(), [...Array(5).fill(3)]);
  push("audioIn_1", 5, 2);
  assert.deepEqual(await mix(), [...Array(5).fill(3)]);
});

Deno.test("DynamicMixer puts silence before a stream that joins later than it was added", async () => {
  const { harness, push, mix } = await create();
  await using _ = harness;
  push("audioIn_0", 10, 1, at(0));
  await mix();
  push(harness.addInput("audioIn"), 4, 2, at(13));
  push("audioIn_0", 10, 1);
  assert.deepEqual(await mix(), [1, 1, 1, 3, 3, 3, 3]);
});

Deno.test("DynamicMixer puts a stream that counts from a beginning of its own where the mix stands", async () => {
  const { harness, push, mix } = await create();
  await using _ = harness;
  push("audioIn_0", 4000, 1, at(0));
  await mix();
  const added = harness.addInput("audioIn");
  for (let k = 0; k < 3; k++) {
    push(added, 2, 2, at(2 * k));
    push("audioIn_0", 2, 1);
    assert.deepEqual(await mix(), [3, 3]);
  }
});

Deno.test("DynamicMixer hears nothing more of an input that was removed, and no longer waits for it", async () => {
  const { harness, push, mix } = await create({}, ["audioIn_0", "audioIn_1"]);
  push("audioIn_0", 6, 1, at(0));
  push("audioIn_1", 2, 2, at(0));
  assert.deepEqual(await mix(), [3, 3]);
  push("audioIn_1", 2, 2);
  harness.removeInput("audioIn_1");
  push("audioIn_0", 3, 1);
  assert.deepEqual(await mix(), Array(7).fill(1));
  assert.throws(() => harness.pushAudio("audioIn_1", { sampleRateHz: RATE, channels: [values(1, 1)] }), {
    code: "PortNotFound",
  });
  assert.equal(harness.addInput("audioIn"), "audioIn_2");
  harness.removeInput("audioIn_2");
  harness.end();
  await harness.run();
  assert.ok(harness.finished);
  await harness.teardown();
  assert.equal(harness.leakedSlots, 0);
});

Deno.test("DynamicMixer averages over the inputs that are connected at the time", async () => {
  const { harness, push, mix } = await create({ strategy: "average" });
  await using _ = harness;
  push("audioIn_0", 2, 1, at(0));
  assert.deepEqual(await mix(), [1, 1]);
  const added = harness.addInput("audioIn");
  push("audioIn_0", 2, 1);
  push(added, 2, 0.5, at(2));
  assert.deepEqual(await mix(), [0.75, 0.75]);
  harness.removeInput(added);
  push("audioIn_0", 1, 1);
  assert.deepEqual(await mix(), [1]);
});

Deno.test("DynamicMixer rests while no stream goes on, and begins anew with the next, of any rate", async () => {
  const { harness, push, mix } = await create();
  await using _ = harness;
  push("audioIn_0", 5, 1, at(0));
  assert.deepEqual(await mix(), [1, 1, 1, 1, 1]);
  harness.removeInput("audioIn_0");
  const added = harness.addInput("audioIn");
  assert.equal(added, "audioIn_0");
  harness.pushAudio(added, { sampleRateHz: 500, channels: [values(2, 2)], ptsNs: at(3) });
  harness.pushAudio(added, { sampleRateHz: 500, channels: [values(2, 3)] });
  await harness.run();
  const blocks = harness.takeAudio("audioOut");
  assert.deepEqual(blocks.map(({ channels, ptsNs, discontinuity }) => [[...channels[0]], ptsNs, discontinuity]), [
    [[2], at(5), true],
    [[3, 3], at(7), false],
  ]);
  assert.deepEqual(harness.announced("audioOut"), { kind: "audio", sampleRateHz: 500, channels: 1 });
});

Deno.test("DynamicMixer takes no more inputs than its port has", async () => {
  const { harness } = await create({}, []);
  await using _ = harness;
  for (let k = 0; k < 64; k++) harness.addInput("audioIn");
  assert.throws(() => harness.addInput("audioIn"), { code: "InvalidGraph" });
});
