/** `sluice tap`, as users run it. */
import assert from "node:assert/strict";
import { serveControl } from "../../control.ts";
import { nodes, Runtime } from "../../mod.ts";
import { serveLive } from "../control/served.ts";
import { answer, temporaryFolder } from "./command_line.ts";

Deno.test("sluice tap prints readings of a link for people and for programs, and says what it does not find", async () => {
  await using served = await serveLive("off");
  const at = ["--at", served.server.url];
  const levels = await answer(["tap", "link1", ...at, "--seconds", "1"]);
  assert.equal(levels.code, 0, levels.stderr);
  assert.match(levels.stdout, /^(\d+\.\d{3} s {2}peak -\d+\.\d dB {2}rms -\d+\.\d dB\n)+$/);
  const json = await answer(["tap", "tone.audio", ...at, "--what", "spectrum", "--seconds", "1", "--json"]);
  const [first] = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(Math.abs(first.peakHz - 440) < 3, json.stdout);
  assert.equal(first.values.length, first.bins);
  for (
    const [args, message] of [
      [["link7"], /^error: Cannot find link "link7".*; links: "link0 \(tone\.audio to gain\.audioIn\)"/],
      [["gian.audioOut"], /^error: Cannot find node "gian"/],
      [["link0", "--what", "image"], /it carries audio; wanted "levels"/],
      [["link0", "-o", "x.png"], /^error: Cannot write "x\.png": the link carries audio, .* a \.wav or a \.jsonl/m],
    ] as const
  ) {
    const { code, stderr } = await answer(["tap", ...args, ...at]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
  await served.stopAndCheck();
});

Deno.test("sluice tap -o writes sound as WAV, a picture as PNG and JPEG, and ends with the graph", async () => {
  await using folder = await temporaryFolder();
  await using runtime = new Runtime({ mode: "live" });
  const tone = runtime.add(nodes.toneSource({ frequencyHz: 440, channels: 2 }), { id: "tone" });
  const pattern = runtime.add(nodes.patternSource({ width: 320, height: 200, frameRate: 30 }), { id: "pattern" });
  const meter = runtime.add(nodes.levelMeter());
  const convert = runtime.add(nodes.convert({ pixelFormat: "nv12" }), { id: "convert" });
  runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
  runtime.connect(pattern.outputs.video, convert.inputs.videoIn);
  await runtime.start();
  await using server = serveControl(runtime, { port: 0 });
  const tap = (link: string, file: string, ...more: string[]) =>
    answer(["tap", link, "-o", `${folder.path}/${file}`, "--at", server.url, ...more]);
  const sound = await tap("tone.audio", "a.wav", "--seconds", "1");
  assert.equal(sound.code, 0, sound.stderr);
  assert.match(sound.stderr, /^Wrote .*a\.wav$/m);
  assert.match(probe(`${folder.path}/a.wav`, "codec_name,sample_rate,channels"), /^pcm_f32le,48000,2$/);
  for (const [file, codec, ...more] of [["a.png", "png"], ["a.jpg", "mjpeg"], ["b.jpg", "mjpeg", "--what", "image"]]) {
    const { code, stderr } = await tap("convert.videoOut", file, ...more);
    assert.equal(code, 0, stderr);
    assert.equal(probe(`${folder.path}/${file}`, "codec_name,width,height"), `${codec},320,200`);
  }
  const recording = tap("tone.audio", "b.wav");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await runtime.stop();
  const ended = await recording;
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stderr, /^The tap has ended: the graph has ended$/m);
});

function probe(path: string, entries: string): string {
  const args = ["-v", "error", "-show_entries", `stream=${entries}`, "-of", "csv=p=0", path];
  return new TextDecoder().decode(new Deno.Command("ffprobe", { args, stdout: "piped" }).outputSync().stdout).trim();
}
