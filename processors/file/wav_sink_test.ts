import assert from "node:assert/strict";
import fc from "fast-check";
import { configureLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { noise } from "../audio/fixtures/test_signals.ts";
import { bytesPerSample, defaultLayout, type WavSampleFormat } from "./wav_format.ts";
import { WavHeaderWriter } from "./wav_header_writer.ts";
import { WavReader } from "./wav_reader.ts";

Deno.test("WavSource to WavSink gives every byte of integers up to 24 bits and of floats, on 1 to 8 channels", async () => {
  await inFolder(async (folder) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<WavSampleFormat>("u8", "s16", "s24", "f32"),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer(),
        async (sampleFormat, channels, count, blockSize, seed) => {
          const header = new WavHeaderWriter({
            sampleFormat,
            channels,
            sampleRateHz: 48000,
            layout: defaultLayout(channels),
          });
          const bytes = noiseBytes(count * channels * bytesPerSample(sampleFormat), seed);
          Deno.writeFileSync(`${folder}/in.wav`, Uint8Array.from([...header.encode(count), ...bytes]));
          await using source = await ProcessorHarness.create(nodes.wavSource({ path: `${folder}/in.wav`, blockSize }));
          await using sink = await ProcessorHarness.create(
            nodes.wavSink({ path: `${folder}/out.wav`, format: sampleFormat }),
          );
          await source.run();
          for (const block of source.takeAudio("audio")) sink.pushAudio("audio", block);
          sink.end();
          await sink.run();
          const written = Deno.readFileSync(`${folder}/out.wav`);
          const start = header.byteLength;
          assert.deepEqual(written.subarray(start, start + bytes.length), bytes);
        },
      ),
      { numRuns: 40 },
    );
  });
});

Deno.test("WavSink reports how much is in the file, and at the end that this is all", async () => {
  await inFolder(async (folder) => {
    await using sink = await ProcessorHarness.create(nodes.wavSink({ path: `${folder}/a.wav` }));
    sink.pushAudio("audio", { sampleRateHz: 1000, channels: [new Float32Array(250)], ptsNs: 7e9 });
    await sink.run();
    assert.deepEqual(sink.progress, { doneNs: 250e6, totalNs: undefined });
    sink.pushAudio("audio", { sampleRateHz: 1000, channels: [new Float32Array(500)] });
    sink.end();
    await sink.run();
    assert.deepEqual(sink.progress, { doneNs: 750e6, totalNs: 750e6 });
    assert.equal(sink.figures?.bytes, (await Deno.stat(`${folder}/a.wav`)).size);
  });
});

Deno.test("WavSink writes 32-bit float where no format is given", async () => {
  await inFolder(async (folder) => {
    const samples = Float32Array.of(1.5, -3, 1e-9);
    await record(`${folder}/a.wav`, undefined, samples);
    using reader = WavReader.open(`${folder}/a.wav`);
    assert.deepEqual([reader.format.sampleFormat, reader.sampleCount], ["f32", 3]);
    assert.deepEqual(new Float32Array(Deno.readFileSync(`${folder}/a.wav`).slice(-12).buffer), samples);
  });
});

Deno.test("WavSink leaves what was recorded in a partial file when it is broken off, and the old file as it was", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    Deno.writeTextFileSync(path, "old");
    const sink = await ProcessorHarness.create(nodes.wavSink({ path }));
    sink.pushAudio("audio", { sampleRateHz: 8000, channels: [noise(500)] });
    await sink.run();
    await sink.teardown();
    assert.equal(Deno.readTextFileSync(path), "old");
    using reader = WavReader.open(`${path}.partial`);
    assert.equal(reader.sampleCount, 500);
  });
});

Deno.test("WavSink writes each block at once in a live graph, whose partial file others follow", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    await using sink = await ProcessorHarness.create(nodes.wavSink({ path, format: "s16" }), {}, { mode: "live" });
    const sizes: number[] = [];
    for (let k = 0; k < 3; k++) {
      sink.pushAudio("audio", { sampleRateHz: 8000, channels: [noise(100)] });
      await sink.run();
      sizes.push(Deno.statSync(`${path}.partial`).size);
    }
    assert.deepEqual(sizes.map((size) => size - sizes[0]), [0, 200, 400]);
  });
});

Deno.test("WavSink writes blocks that are longer than what it writes at a time", async () => {
  await inFolder(async (folder) => {
    const channels = Array.from({ length: 8 }, (_, k) => noise(2000, k + 1));
    const blocks = [100, 2000, 2000, 7].map((count) => channels.map((samples) => samples.subarray(0, count)));
    await using sink = await ProcessorHarness.create(nodes.wavSink({ path: `${folder}/a.wav`, format: "f64" }));
    for (const block of blocks) sink.pushAudio("audio", { sampleRateHz: 48000, channels: block });
    sink.end();
    await sink.run();
    await using source = await ProcessorHarness.create(nodes.wavSource({ path: `${folder}/a.wav`, blockSize: 1 }));
    await source.run();
    const got = source.takeAudio("audio").flatMap((block) => block.channels.map(([sample]) => sample));
    const wanted = blocks.flatMap((block) => Array.from(block[0], (_, i) => block.map((channel) => channel[i])).flat());
    assert.deepEqual(got, wanted);
  });
});

Deno.test("WavSink leaves no file if no block comes", async () => {
  await inFolder(async (folder) => {
    const sink = await ProcessorHarness.create(nodes.wavSink({ path: `${folder}/a.wav` }));
    await sink.run();
    assert.deepEqual(names(folder), ["a.wav.partial"]);
    sink.end();
    await sink.run();
    await sink.teardown();
    assert.deepEqual([sink.finished, names(folder)], [true, []]);
  });
});

Deno.test("WavSink refuses a path that another sink has, and frees it at its end", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    const first = await ProcessorHarness.create(nodes.wavSink({ path }));
    await assert.rejects(ProcessorHarness.create(nodes.wavSink({ path: `${folder}/./a.wav` }), {}, { id: "two" }), {
      code: "InvalidConfig",
      nodeId: "two",
      key: "path",
    });
    await first.teardown();
    assert.deepEqual(names(folder), []);
    const second = await ProcessorHarness.create(nodes.wavSink({ path }));
    await second.teardown();
  });
});

Deno.test("Runtime.start() refuses two WavSinks of one path on two lanes, and leaves no file", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/two.wav`;
    await using runtime = new Runtime({ mode: "offline", native: "off" });
    for (const lane of ["a", "b"]) {
      const source = runtime.add(nodes.toneSource({ durationSeconds: 1 }), { lane });
      runtime.connect(source.outputs.audio, runtime.add(nodes.wavSink({ path }), { lane }).inputs.audio);
    }
    await assert.rejects(runtime.start(), {
      code: "InvalidConfig",
      key: "path",
      message:
        /^Node "wav-sink(-2)?" \(wav-sink\): Cannot write ".*two\.wav": another node or process is writing it now; wanted/,
    });
    assert.deepEqual(names(folder), []);
  });
});

Deno.test("WavSource and WavSink refuse one file, and its partial file, in either order", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/take.wav`;
    for (const read of [path, `${path}.partial`]) {
      await record(read, "s16", noise(100));
      const before = Deno.readFileSync(read);
      const source = () => ProcessorHarness.create(nodes.wavSource({ path: read }), {}, { id: "src" });
      const sink = () => ProcessorHarness.create(nodes.wavSink({ path }), {}, { id: "out" });
      const reads = await source();
      await assert.rejects(sink(), { code: "InvalidConfig", nodeId: "out", message: /is reading .* now/ });
      await reads.teardown();
      const writes = await sink();
      await assert.rejects(source(), { code: "InvalidConfig", nodeId: "src", message: /is writing it now/ });
      await writes.teardown();
      assert.deepEqual(Deno.readFileSync(read), before);
    }
  });
});

Deno.test("WavSink moves what a run that was broken off has left aside, and warns of it", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    Deno.writeTextFileSync(`${path}.partial`, "left");
    const lines: string[] = [];
    configureLog({ setting: { level: "info", json: false }, terminal: false, write: (line) => lines.push(line) });
    try {
      await record(path, "s16", noise(10));
    } finally {
      configureLog();
    }
    assert.deepEqual(names(folder), ["a.wav", "a.wav.partial.1"]);
    assert.equal(Deno.readTextFileSync(`${path}.partial.1`), "left");
    const warning =
      `warn  node: "${path}.partial" was left by a run that was broken off, and is now "${path}.partial.1"`;
    assert.equal(lines.length, 1);
    assert.ok(lines[0].includes(warning), lines[0]);
  });
});

Deno.test("WavSink checks at setup that its file can be written", async () => {
  await inFolder(async (folder) => {
    const refuses = (path: string, message: RegExp) =>
      assert.rejects(ProcessorHarness.create(nodes.wavSink({ path })), { code: "InvalidConfig", key: "path", message });
    await refuses(folder, /it is a directory, wanted a file/);
    await refuses(`${folder}/no/a.wav`, /its directory does not exist: make it first/);
    await refuses("~/no/a.wav", /only a shell replaces "~": write out the path of the home directory/);
    Deno.writeTextFileSync(`${folder}/file`, "");
    await refuses(`${folder}/file/a.wav`, /Cannot write/);
    Deno.mkdirSync(`${folder}/b.wav.partial`);
    await refuses(`${folder}/b.wav`, /b\.wav\.partial": it is a directory/);
  });
});

Deno.test("WavSink refuses a change of format in mid-stream and more than 8 channels", async () => {
  await inFolder(async (folder) => {
    const sink = await ProcessorHarness.create(nodes.wavSink({ path: `${folder}/a.wav` }), {}, { id: "out" });
    sink.pushAudio("audio", { sampleRateHz: 8000, channels: [noise(5)] });
    sink.pushAudio("audio", { sampleRateHz: 8000, channels: [noise(5), noise(5)] });
    await assert.rejects(sink.run(), {
      code: "TypeMismatch",
      port: "audio",
      message: /"out\.audio" changed from audio 8000 Hz, 1 channel to audio 8000 Hz, 2 channels.*"channel-mapper"/,
    });
    await sink.teardown();
    const wide = await ProcessorHarness.create(nodes.wavSink({ path: `${folder}/b.wav` }));
    wide.pushAudio("audio", { sampleRateHz: 8000, channels: Array.from({ length: 9 }, () => noise(5)) });
    await assert.rejects(wide.run(), { code: "TypeMismatch", message: /9 channels .* wanted 1 to 8/ });
    await wide.teardown();
    assert.deepEqual(names(folder), ["a.wav.partial"]);
  });
});

async function record(path: string, format: "s16" | undefined, samples: Float32Array): Promise<void> {
  await using sink = await ProcessorHarness.create(nodes.wavSink({ path, format }));
  sink.pushAudio("audio", { sampleRateHz: 48000, channels: [samples] });
  sink.end();
  await sink.run();
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "sluice-sink-" });
  try {
    await action(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function noiseBytes(length: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}
