/**
 * A news cast: the studio with a report in its corner, a line of news that crawls below, and music that is turned down
 * while somebody speaks. It is shown in a window and heard from the speaker, or written to an MP4 file, if one is named.
 *
 * Run it from the root: `deno run -A examples/news-cast.ts [FILE.mp4] [--seconds N]`
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { addDisplay, readOptions, run, speaker } from "./stand_ins.ts";

const NEWS =
  "Sluice 0.1: live edits in a running graph  •  Pipes reported dry, then lossless  •  Weather: clear, 60 Hz";

const options = readOptions("Shows and plays a news cast, or writes it to a file.", "");
const { file, seconds = 20 } = options;
// A file is made as fast as it can be, and ends by itself.
const durationSeconds = file === "" ? undefined : seconds;

await using runtime = new Runtime({ native: "require", mode: file === "" ? "live" : "offline" });
const studio = runtime.add(nodes.patternSource({ pattern: "ramp", durationSeconds }), { id: "studio" });
const report = runtime.add(nodes.patternSource({ pattern: "zone-plate", durationSeconds }), { id: "report" });
const cast = runtime.add(nodes.compositor({ x_1: 840, y_1: 60, width_1: 400, end: "any" }), { id: "cast" });
const crawl = runtime.add(nodes.overlay({ text: NEWS, crawl: 120, size: 48, position: "bottom" }), { id: "crawl" });
runtime.connect(studio.outputs.video, cast.inputs.videoIn_0);
runtime.connect(report.outputs.video, cast.inputs.videoIn_1);
runtime.connect(cast.outputs.videoOut, crawl.inputs.videoIn);

const path = new URL("speech.wav", import.meta.url).pathname;
const speech = runtime.add(nodes.mediaSource({ path, loop: true }), { id: "speech", ports: ["pcm_0"] });
const music = runtime.add(nodes.chordSource({ notes: ["A3", "C4", "E4"], channels: 2, durationSeconds }), {
  id: "music",
});
// The music is what is compressed, by the level of the speech: 40 dB of it leave the music 20 dB quieter.
const duck = runtime.add(nodes.compressor({ thresholdDb: -45, ratio: 2, attackMs: 30, releaseMs: 500 }), {
  id: "duck",
});
const voice = runtime.add(nodes.trim({ endSeconds: durationSeconds }), { id: "voice" });
const mix = runtime.add(nodes.mixer(), { id: "mix" });
runtime.connect(music.outputs.audio, duck.inputs.audioIn);
runtime.connect(speech.outputs.pcm[0], duck.inputs.sidechain);
runtime.connect(speech.outputs.pcm[0], voice.inputs.frameIn);
runtime.connect(duck.outputs.audioOut, mix.inputs.audioIn[0]);
runtime.connect(voice.outputs.frameOut, mix.inputs.audioIn[1]);

if (file === "") {
  runtime.connect(crawl.outputs.videoOut, addDisplay(runtime, "News"));
  runtime.connect(mix.outputs.audioOut, runtime.add(speaker(), { id: "speaker" }).inputs.audio);
  console.log("Ctrl-C ends");
} else {
  const mp4 = runtime.add(nodes.mediaSink({ path: file }), { id: "file", ports: ["video_0", "audio_0"] });
  runtime.connect(crawl.outputs.videoOut, mp4.inputs.video[0], { convert: "auto" });
  runtime.connect(mix.outputs.audioOut, mp4.inputs.audio[0], { convert: "auto" });
}
const { outcome } = await run(runtime, file === "" ? options : {});
console.log(`${outcome}: ${file || "the news"}`);
