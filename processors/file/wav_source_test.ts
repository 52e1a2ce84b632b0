import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { samplesToNs } from "../audio/sample_time.ts";
import { join, noise } from "../audio/fixtures/test_signals.ts";
import { PartialFile } from "./partial_file.ts";
import { PcmBlock } from "./pcm.ts";
import { defaultLayout, type WavFormat } from "./wav_format.ts";
import { WavWriter } from "./wav_writer.ts";

Deno.test("WavSource gives a file's samples in blocks with exact times, and ends", async () => {
  const folder = Deno.makeTempDirSync();
  const samples = noise(2500);
  const path = write(
    `${folder}/in.wav`,
    { sampleFormat: "f32", channels: 1, sampleRateHz: 44100, layout: "mono" },
    samples,
  );
  await using harness = await ProcessorHarness.create(nodes.wavSource({ path, blockSize: 1024 }));
  assert.deepEqual(harness.announced("audio"), { kind: "audio", sampleRateHz: 44100, channels: 1, layout: "mono" });
  await harness.run();
  assert.equal(harness.finished, true);
  const blocks = harness.takeAudio("audio");
  assert.deepEqual(join(blocks.map((block) => block.channels[0])), samples);
  assert.deepEqual(blocks.map((block) => block.channels[0].length), [1024, 1024, 452]);
  assert.deepEqual(blocks.map((block) => block.ptsNs), [0, 1024, 2048].map((n) => samplesToNs(n, 44100)));
  const totalNs = samplesToNs(2500, 44100);
  assert.deepEqual(harness.progress, { doneNs: totalNs, totalNs });
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("WavSource makes blocks of 1024 samples in a live graph, and in an offline one of 8192 over all channels", async () => {
  const folder = Deno.makeTempDirSync();
  for (const [channels, offline] of [[1, 8192], [2, 4096], [3, 2048], [8, 1024]]) {
    const format: WavFormat = { sampleFormat: "s16", channels, sampleRateHz: 48000, layout: defaultLayout(channels) };
    const samples = Array.from({ length: channels }, (_, k) => noise(40_001, k + 1).map((sample) => sample / 2));
    const path = write(`${folder}/in.wav`, format, ...samples);
    const rounded = samples.map((channel) => channel.map((sample) => Math.floor(sample * 32768 + 0.5) / 32768));
    for (const [mode, size] of [["live", 1024], ["offline", offline]] as const) {
      await using harness = await ProcessorHarness.create(nodes.wavSource({ path }), {}, { mode });
      await harness.run();
      harness.advance(1e9);
      await harness.run();
      const blocks = harness.takeAudio("audio");
      const lengths = blocks.map((block) => block.channels[0].length);
      assert.deepEqual(lengths.slice(0, -1), Array(Math.floor(40_001 / size)).fill(size));
      assert.deepEqual(blocks.map((block) => block.ptsNs), blocks.map((_, k) => samplesToNs(k * size, 48000)));
      rounded.forEach((channel, k) => assert.deepEqual(join(blocks.map((block) => block.channels[k])), channel));
    }
  }
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("WavSource makes blocks of the usual size where a slot of the pool holds no longer ones", async () => {
  const folder = Deno.makeTempDirSync();
  const format: WavFormat = { sampleFormat: "s16", channels: 2, sampleRateHz: 8000, layout: "stereo" };
  const path = write(`${folder}/in.wav`, format, noise(3000), noise(3000, 2));
  await using harness = await ProcessorHarness.create(nodes.wavSource({ path }), {}, { slotBytes: 8192 });
  await harness.run();
  const lengths = harness.takeAudio("audio").map((block) => block.channels[0].length);
  assert.deepEqual(lengths, [1024, 1024, 952]);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("WavSource gives each channel its own samples", async () => {
  const folder = Deno.makeTempDirSync();
  const format: WavFormat = { sampleFormat: "s16", channels: 3, sampleRateHz: 8000, layout: "3.0" };
  const path = write(`${folder}/in.wav`, format, Float32Array.of(0.5), Float32Array.of(-0.25), Float32Array.of(0.125));
  await using harness = await ProcessorHarness.create(nodes.wavSource({ path }));
  await harness.run();
  assert.deepEqual(harness.takeAudio("audio")[0].channels.map(([sample]) => sample), [0.5, -0.25, 0.125]);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("WavSource refuses a file with no samples", async () => {
  const folder = Deno.makeTempDirSync();
  const format: WavFormat = { sampleFormat: "s16", channels: 1, sampleRateHz: 8000, layout: "mono" };
  const path = write(`${folder}/in.wav`, format, new Float32Array(0));
  await assert.rejects(ProcessorHarness.create(nodes.wavSource({ path })), {
    code: "InvalidMedia",
    key: "path",
    message: /in\.wav": its data chunk is empty, wanted at least one sample/,
  });
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("WavSource plays at the pace of the media in a live graph", async () => {
  const folder = Deno.makeTempDirSync();
  const format: WavFormat = { sampleFormat: "s16", channels: 1, sampleRateHz: 1000, layout: "mono" };
  const path = write(`${folder}/in.wav`, format, noise(300));
  await using harness = await ProcessorHarness.create(nodes.wavSource({ path, blockSize: 100 }), {}, { mode: "live" });
  const counts: number[] = [];
  for (const ns of [0, 99_999_999, 1, 100_000_000]) {
    harness.advance(ns);
    await harness.run();
    counts.push(harness.takeAudio("audio").length);
  }
  assert.deepEqual([counts, harness.finished], [[1, 0, 1, 1], true]);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("WavSource refuses a bad file at setup, naming node, key, file and byte", async () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/bad.wav`;
  Deno.writeTextFileSync(path, "not a wave file at all");
  await assert.rejects(ProcessorHarness.create(nodes.wavSource({ path }), {}, { id: "src" }), (error: Error) => {
    assert.deepEqual(pick(error), { code: "InvalidMedia", nodeId: "src", key: "path" });
    assert.match(error.message, /bad\.wav": at byte 0, found "not ", wanted "RIFF", "RIFX" or "RF64"/);
    return true;
  });
  await assert.rejects(
    ProcessorHarness.create(nodes.wavSource({ path: `${folder}/no.wav` }), {}, { id: "src" }),
    (error: Error) => {
      assert.deepEqual(pick(error), { code: "InvalidConfig", nodeId: "src", key: "path" });
      return true;
    },
  );
  Deno.removeSync(folder, { recursive: true });
});

function pick(error: Error): unknown {
  const { code, nodeId, key } = error as Error & { code?: string; nodeId?: string; key?: string };
  return { code, nodeId, key };
}

function write(path: string, format: WavFormat, ...channels: Float32Array[]): string {
  const block = new PcmBlock(format.sampleFormat, format.channels, channels[0].length);
  channels.forEach((samples, channel) => block.encode(channel, samples));
  const writer = new WavWriter(PartialFile.claim(path), format);
  if (channels[0].length > 0) writer.write(block, channels[0].length);
  writer.finish();
  return path;
}
