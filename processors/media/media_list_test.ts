/** Several files of one `media-source`; sox and ffmpeg judge what comes out. */
import assert from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { sluice } from "../../tests/cli/command_line.ts";
import { noRustPlugin } from "../../tests/fixtures/plugins/build.ts";
import { ProcessorHarness } from "../../testing.ts";
import { ffmpeg, FOLDER, probe } from "./fixtures/media_files.ts";

/** A tone. */
function tone(name: string, seconds: number, ...args: string[]): string {
  const path = `${FOLDER}/${name}`;
  ffmpeg("-f", "lavfi", "-i", `sine=frequency=300:sample_rate=48000:d=${seconds}`, ...args, path);
  return path;
}

function samplesOf(path: string): Uint8Array {
  return ffmpeg("-i", path, "-f", "s16le", "-");
}

Deno.test("MediaSource plays a list of files as sox joins them, sample for sample", async () => {
  const [first, second] = [tone("a.wav", 0.71), tone("b.wav", 0.3), tone("c.wav", 0.001)];
  const path = `${FOLDER}/list.wav`;
  {
    await using runtime = new Runtime({ mode: "offline" });
    const source = runtime.add(nodes.mediaSource({ path: first, paths: [second, `${FOLDER}/c.wav`] }), {
      ports: ["pcm_0"],
    });
    const sink = runtime.add(nodes.wavSink({ path, format: "s16" }));
    runtime.connect(source.outputs.pcm[0], sink.inputs.audio);
    await runtime.start();
    await runtime.finished;
  }
  const wanted = `${FOLDER}/list-wanted.wav`;
  assert.equal(new Deno.Command("sox", { args: [first, second, `${FOLDER}/c.wav`, wanted] }).outputSync().code, 0);
  assert.equal(samplesOf(wanted).length, 2 * (34_080 + 14_400 + 48));
  assert.deepEqual(samplesOf(path), samplesOf(wanted));
});

Deno.test("MediaSource begins the tracks of the next file where the longest of the one before has ended", async () => {
  const path = `${FOLDER}/short-picture.mkv`;
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=0.2"];
  const sound = ["-f", "lavfi", "-i", "sine=sample_rate=48000:d=0.3", "-af", "asetnsamples=480"];
  ffmpeg(...picture, ...sound, "-c:v", "libx264", "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", path);
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path, paths: [path] }));
  source.addOutput("video");
  source.addOutput("pcm");
  await source.run();
  const times = source.takeEncoded("video_0").map(({ ptsNs }) => Math.round(ptsNs / 1e6));
  assert.deepEqual(times, [0, 40, 80, 120, 160, 300, 340, 380, 420, 460]);
  const blocks = source.takeAudio("pcm_0");
  assert.equal(Math.round(blocks.reduce((sum, { channels }) => sum + channels[0].length, 0)), 2 * 14_400);
  assert.ok(blocks.every(({ discontinuity }) => !discontinuity));
});

Deno.test(
  "MediaSource plays a list of encoded sound without a gap",
  { ignore: noRustPlugin("codecs") !== undefined },
  async () => {
    const paths = [
      tone("a.ogg", 0.5, "-c:a", "libopus", "-b:a", "64k"),
      tone("b.ogg", 0.25, "-c:a", "libopus", "-b:a", "64k"),
    ];
    const path = `${FOLDER}/opus.wav`;
    const line = `media-source path=${paths[0]} paths='["${paths[1]}"]' ! wav-sink path=${path}`;
    const { code, stderr } = await sluice(["run", "-e", line]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(probe(path, "stream=duration_ts"), ["36000"]);
  },
);

Deno.test("MediaSource refuses a list of several formats, and names what joins them", async () => {
  const [first, second] = [tone("d.wav", 0.1), tone("e.wav", 0.1, "-ar", "44100")];
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path: first, paths: [second] }));
  const play = async () => {
    source.addOutput("pcm");
    await source.run(1);
  };
  await assert.rejects(play(), {
    code: "TypeMismatch",
    message:
      /^Cannot play ".*e\.wav" with ".*d\.wav" in "node": of "pcm_0" it is audio 44100 Hz.*, wanted audio 48000 Hz.*; join them by a "concat"/,
  });
  const ends = ProcessorHarness.create(nodes.mediaSource({ path: first, paths: [first], endSeconds: 1 }));
  await assert.rejects(ends, /"endSeconds" is a time of one file, and "paths" names others/);
});
