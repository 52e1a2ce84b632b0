/**
 * Records the screen to an MP4 file, at half its size, and keeps the pointer in it.
 *
 * Run it from the root: `deno run -A examples/screen-recorder.ts out/screen.mp4 [--seconds N]`
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { addScreen, readOptions, run, screenPools } from "./stand_ins.ts";

const options = readOptions("Records the screen to a file, at half its size.", "out/screen.mp4");
const { file } = options;

await using runtime = new Runtime({ native: "require", pools: screenPools() });
const smaller = runtime.add(nodes.scale({ width: 960 }), { id: "scale" });
const pictures = runtime.add(nodes.convert(), { id: "convert" });
const h264 = runtime.add(nodes.h264Encode({ bitRate: 2_000_000, content: "screen" }), { id: "h264" });
const mp4 = runtime.add(nodes.mediaSink({ path: file }), { id: "file", ports: ["video_0"] });
runtime.connect(addScreen(runtime), smaller.inputs.videoIn);
runtime.connect(smaller.outputs.videoOut, pictures.inputs.videoIn);
runtime.connect(pictures.outputs.videoOut, h264.inputs.video);
runtime.connect(h264.outputs.encoded, mp4.inputs.video[0], { policy: "lossless", capacity: 30 });
console.log("Recording; Ctrl-C completes the file");

const { outcome, nodes: ran } = await run(runtime, options);
const seconds = ran.find(({ id }) => id === "file")?.figures?.durationSeconds ?? 0;
console.log(`${outcome}: ${seconds.toFixed(1)} s in ${file}`);
