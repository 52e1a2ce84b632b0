import assert from "node:assert/strict";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { ffmpeg, FOLDER } from "../media/fixtures/media_files.ts";

type NativeChoice = "auto" | "require" | "off";

/** A WAV file of 16 bits, made by sox of a given number of samples. */
function wav(name: string, samples: number, ...effects: string[]): string {
  const path = `${FOLDER}/${name}.wav`;
  sox("-R", "-r", "8000", "-n", "-c", "2", "-b", "16", path, "synth", `${samples}s`, ...effects);
  return path;
}

function sox(...args: string[]): void {
  const { code, stderr } = new Deno.Command("sox", { args }).outputSync();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

async function joined(name: string, paths: readonly string[], config: object, native: NativeChoice): Promise<string> {
  const path = `${FOLDER}/${name}-${native}.wav`;
  await using runtime = new Runtime({ mode: "offline", native });
  const concat = runtime.add(nodes.concat(config));
  const sink = runtime.add(nodes.wavSink({ path, format: "f32" }));
  // The last one is linked first.
  for (const [at, each] of [...paths.entries()].reverse()) {
    runtime.connect(runtime.add(nodes.wavSource({ path: each })).outputs.audio, concat.inputs.frameIn[at]);
  }
  runtime.connect(concat.outputs.frameOut, sink.inputs.audio);
  await runtime.start();
  await runtime.finished;
  return path;
}

function samplesOf(path: string): Float32Array {
  return new Float32Array(ffmpeg("-i", path, "-f", "f32le", "-").slice().buffer);
}

eachDriver("Concat plays files one after another as sox does, sample for sample", async (native) => {
  const paths = [wav("a", 30_011, "sine", "300"), wav("b", 7, "whitenoise"), wav("c", 20_003, "pinknoise")];
  const wanted = `${FOLDER}/abc.wav`;
  sox(...paths, wanted);
  assert.equal(samplesOf(wanted).length, 2 * (30_011 + 7 + 20_003));
  assert.deepEqual(samplesOf(await joined("abc", paths, {}, native)), samplesOf(wanted));
});

eachDriver("Concat cross-fades as ffmpeg does", async (native) => {
  const paths = [wav("d", 12_000, "sine", "300"), wav("e", 9_000, "pinknoise"), wav("f", 9_500, "sine", "500")];
  for (const [curve, name] of [["linear", "tri"], ["equal-power", "qsin"]] as const) {
    const fade = `acrossfade=d=0.25:c1=${name}:c2=${name}`;
    const graph = `[0][1]${fade}[x];[x][2]${fade}`;
    const inputs = paths.flatMap((path) => ["-i", path]);
    const wanted = new Float32Array(
      ffmpeg(
        ...inputs,
        "-filter_complex",
        `[0]aformat=flt[a];[1]aformat=flt[b];[2]aformat=flt[c];${
          graph.replace("[0][1]", "[a][b]").replace("[x][2]", "[x][c]")
        }`,
        "-f",
        "f32le",
        "-",
      ).slice().buffer,
    );
    const found = samplesOf(await joined(`def-${curve}`, paths, { crossfadeMs: 250, curve }, native));
    // Each of the two mixes is 2,000 samples long.
    assert.equal(found.length, 2 * (12_000 + 9_000 + 9_500 - 4_000));
    assert.equal(found.length, wanted.length);
    const most = found.reduce((most, sample, at) => Math.max(most, Math.abs(sample - wanted[at])), 0);
    assert.ok(most < 0.002, `${curve}: off by ${most}`);
  }
});

Deno.test("Concat goes on where the stream before ended, and leaves what waits on its link", async () => {
  await using concat = await ProcessorHarness.create(nodes.concat({}), {}, { connect: ["frameIn_0", "frameIn_1"] });
  const block = (...values: number[]) => ({ sampleRateHz: 1000, channels: [Float32Array.from(values)] });
  concat.pushAudio("frameIn_1", { ...block(5, 6), ptsNs: 7e9 });
  concat.pushAudio("frameIn_0", { ...block(1, 2, 3), ptsNs: 1e9 });
  await concat.run();
  assert.deepEqual(concat.takeAudio("frameOut").map(({ ptsNs, channels }) => [ptsNs, [...channels[0]]]), [
    [1e9, [1, 2, 3]],
  ]);
  concat.end();
  await concat.run();
  assert.deepEqual(concat.takeAudio("frameOut").map(({ ptsNs, channels }) => [ptsNs, [...channels[0]]]), [
    [1.003e9, [5, 6]],
  ]);
});

Deno.test("Concat shows the first picture of a stream when the last one before it has been shown", async () => {
  await using concat = await ProcessorHarness.create(
    nodes.concat({}),
    {},
    { kind: "video", connect: ["frameIn_0", "frameIn_1"] },
  );
  const push = (port: string, ptsNs: number, durationNs: number) =>
    concat.push<VideoFrame>(port, { pixelFormat: "rgba8", width: 2, height: 2 }, (picture) => {
      picture.ptsNs = ptsNs;
      picture.durationNs = durationNs;
    });
  for (const k of [0, 1]) push("frameIn_0", k * 40e6, 0);
  for (const k of [5, 6]) push("frameIn_1", k * 100e6, 100e6);
  concat.end();
  await concat.run();
  assert.deepEqual(concat.takeVideo("frameOut").map(({ ptsNs }) => ptsNs), [0, 40e6, 80e6, 180e6]);
});

Deno.test("Concat fills sound up to the length of its file, by times that count from its start", async () => {
  await using concat = await ProcessorHarness.create(
    nodes.concat({ lengthsSeconds: [0.006, 0.004] }),
    {},
    { connect: ["frameIn_0", "frameIn_1"] },
  );
  const block = (...values: number[]) => ({ sampleRateHz: 1000, channels: [Float32Array.from(values)] });
  concat.pushAudio("frameIn_0", block(1, 2, 3, 4));
  concat.pushAudio("frameIn_1", { ...block(5, 6), ptsNs: 1e6 });
  concat.end();
  await concat.run();
  const blocks = concat.takeAudio("frameOut");
  assert.deepEqual(blocks.flatMap(({ channels }) => [...channels[0]]), [1, 2, 3, 4, 0, 0, 0, 5, 6, 0]);
  assert.deepEqual(blocks.map(({ ptsNs }) => ptsNs), [0, 4e6, 6e6, 7e6, 9e6]);
});

Deno.test("Concat names the converter for sound of another format", async () => {
  await using concat = await ProcessorHarness.create(
    nodes.concat({}),
    { id: "show" },
    { connect: ["frameIn_0", "frameIn_1"] },
  );
  concat.pushAudio("frameIn_0", { sampleRateHz: 48_000, channels: [new Float32Array(8)] });
  concat.pushAudio("frameIn_1", { sampleRateHz: 44_100, channels: [new Float32Array(8)] });
  concat.end();
  await assert.rejects(concat.run(), {
    code: "TypeMismatch",
    message:
      /^Cannot go on in ".*": "frameIn_1" carries .*44100.*, and what came before is .*48000.*; put a "resampler" before/,
  });
});
