import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { nodes as standard } from "../sluice.gen.ts";
import { collect, numberedSource, pass } from "../tests/fixtures/numbered.ts";
import { nodes as commanded } from "../tests/fixtures/generated/sluice.gen.ts";
import { filter, type Script } from "../tests/fixtures/scripted.ts";
import { ProcessorHarness } from "./harness.ts";

Deno.test("ProcessorHarness.run() hands frames through with their times", async () => {
  await using harness = await ProcessorHarness.create(pass());
  harness.pushAudio("audioIn", { sampleRateHz: 1000, channels: [new Float32Array([1, 2])], ptsNs: 5e6 });
  harness.pushAudio("audioIn", { sampleRateHz: 1000, channels: [new Float32Array([3])], discontinuity: true });
  await harness.run();
  const blocks = harness.takeAudio("audioOut");
  deepEqual(blocks.map((block) => [...block.channels[0]]), [[1, 2], [3]]);
  deepEqual(blocks.map((block) => [block.ptsNs, block.durationNs, block.discontinuity]), [
    [5e6, 2e6, false],
    [7e6, 1e6, true],
  ]);
  equal(harness.finished, false);
  harness.end();
  await harness.run();
  equal(harness.finished, true);
  equal(harness.ended("audioOut"), true);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("ProcessorHarness.run() stops a source after the given ticks", async () => {
  await using harness = await ProcessorHarness.create(numberedSource({ count: 1e9, perTick: 1 }));
  await harness.run(10);
  equal(harness.takeAudio("audio").length, 10);
  equal(harness.finished, false);
});

Deno.test("ProcessorHarness.create() refuses a configuration that the schema refuses", async () => {
  await rejects(ProcessorHarness.create(numberedSource({ count: -1 })), { code: "InvalidConfig" });
});

Deno.test("ProcessorHarness.pushAudio() names the inputs that there are", async () => {
  await using harness = await ProcessorHarness.create(pass());
  throws(() => harness.pushAudio("in", { sampleRateHz: 1, channels: [] }), {
    code: "PortNotFound",
    message: 'Cannot push to "in"; inputs: "audioIn"',
  });
});

Deno.test("ProcessorHarness.pushData() hands values by reference", async () => {
  await using harness = await ProcessorHarness.create(collect());
  harness.pushData("data", { received: 1 });
  harness.end("data");
  await harness.run();
  equal(harness.finished, true);
});

Deno.test("StreamOutput.tryAcquire() goes on in time where a node sets none", async () => {
  await using source = await ProcessorHarness.create(numberedSource({ count: 3 }));
  await source.run();
  const length = Math.round((8 * 1e9) / 48_000);
  deepEqual(source.takeAudio("audio").map((block) => block.ptsNs), [0, length, 2 * length]);

  await using copies = await ProcessorHarness.create(filter({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        const { sampleRateHz, channels } = frame;
        this.audioOut!.write(this.audioOut!.tryAcquire({ sampleRateHz, channels, sampleCount: 2 })!);
      }
    },
  }));
  for (let k = 0; k < 2; k++) {
    const channels = [new Float32Array(4)];
    copies.pushAudio("audioIn", { sampleRateHz: 1000, channels, ...(k === 0 && { ptsNs: 7e9 }) });
  }
  await copies.run();
  deepEqual(copies.takeAudio("audioOut").map((block) => block.ptsNs), [7e9, 7.002e9]);
});

Deno.test("ProcessorHarness.pushAudio() connects an optional input, and the node runs by it", async () => {
  await using harness = await ProcessorHarness.create(standard.mixer());
  harness.pushAudio("audioIn_2", { sampleRateHz: 1000, channels: [new Float32Array([7])] });
  await harness.run();
  deepEqual(harness.takeAudio("audioOut").map((block) => [...block.channels[0]]), [[7]]);
  equal(harness.finished, false);
});

Deno.test("ProcessorHarness.command() gives the answer of the method, and refuses what the runtime would", async () => {
  await using harness = await ProcessorHarness.create(commanded.prompt());
  equal((await harness.command("add", { by: 3 }) as { total: number }).total, 3);
  await rejects(harness.command("add", { by: 0 }), { code: "InvalidConfig", key: "by" });
  await rejects(harness.command("none"), { code: "InvalidConfig", message: /has no such command; available: / });
  await rejects(harness.command("refuse"), { message: "there is no tape" });
});
