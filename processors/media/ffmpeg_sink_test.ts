import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { SluiceError } from "../../core/errors.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { decode, FOLDER, input, probe } from "./fixtures/media_files.ts";

type Config = Parameters<typeof nodes.ffmpegSink>[0];

/** Carries the streams of a file, decoded by ffmpeg, to another one. */
async function carry(path: string, config: Config, ...ports: string[]): Promise<void> {
  await using runtime = new Runtime({ mode: "offline", native: "off" });
  runtime.add(nodes.ffmpegSource({ path }), { id: "from", lane: "main", ports });
  runtime.add(nodes.ffmpegSink(config), { id: "to", lane: "main", ports });
  for (const port of ports) runtime.connectByName(`from.${port}`, `to.${port}`);
  await runtime.start();
  await runtime.finished;
}

Deno.test("FfmpegSink hands ffmpeg each picture and sample, with its time", async () => {
  const from = input("whole.mkv", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "flac");
  const path = `${FOLDER}/whole.nut`;
  await carry(from, { path, options: ["-c:v", "ffv1", "-c:a", "pcm_f32le"] }, "video_0", "audio_0");
  assert.deepEqual(decode(path, "v"), decode(from, "v"));
  assert.deepEqual(decode(path, "a"), decode(from, "a"));
  const times = (file: string) =>
    probe(file, "packet=pts_time", "-select_streams", "v").map(Number).sort((a, b) => a - b);
  assert.deepEqual(times(path).map((time) => time.toFixed(3)), times(from).map((time) => time.toFixed(3)));
  assert.deepEqual([...Deno.readDirSync(FOLDER)].filter(({ name }) => name.endsWith(".partial")), []);
});

Deno.test("FfmpegSink fails with what ffmpeg says, and leaves the file that was there", async () => {
  const path = `${FOLDER}/older.avi`;
  Deno.writeTextFileSync(path, "older");
  const from = input("tone.wav", "-c:a", "pcm_s16le");
  const wrong = carry(from, { path, options: ["-c:a", "no-such-codec"] }, "audio_0");
  await assert.rejects(wrong, (error: SluiceError) => {
    assert.equal(error.code, "NodeFailed");
    assert.match(error.message, /Unknown encoder 'no-such-codec'/);
    return true;
  });
  assert.equal(Deno.readTextFileSync(path), "older");
  assert.equal(existsSync(`${path}.partial`), false);
  await carry(from, { path, overwrite: true }, "audio_0");
  assert.deepEqual(probe(path, "stream=codec_type"), ["audio"]);
});

Deno.test("FfmpegSink fails where ffmpeg cannot write the end of a file, and leaves NAME.partial", {
  ignore: !existsSync("/dev/full"),
}, async () => {
  const path = `${FOLDER}/full.aiff`;
  const from = input("tone.wav", "-c:a", "pcm_s16le");
  // A first output lies on a full disk. It is short, so that ffmpeg writes all of it when it closes it.
  const options = ["-t", "0.05", "-f", "wav", "/dev/full"];
  await assert.rejects(carry(from, { path, options }, "audio_0"), (error: SluiceError) => {
    assert.equal(error.code, "NodeFailed");
    assert.match(error.message, /"ffmpeg" ended with code 1, and said: Error writing trailer of .*No space left/);
    return true;
  });
  assert.deepEqual([existsSync(path), existsSync(`${path}.partial`)], [false, true]);
});

rare(Deno.test)("FfmpegSink refuses a file whose container nothing tells", async () => {
  const from = input("tone.wav", "-c:a", "pcm_s16le");
  const message = /Cannot tell the container of ".*none\.xyz": wanted an extension such as \.3gp/;
  await assert.rejects(carry(from, { path: `${FOLDER}/none.xyz` }, "audio_0"), { code: "InvalidConfig", message });
  await carry(from, { path: `${FOLDER}/none.xyz`, format: "wav" }, "audio_0");
  assert.equal(decode(`${FOLDER}/none.xyz`, "a").length, decode(from, "a").length);
});
