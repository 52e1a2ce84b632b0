/**
 * Records the camera and the microphone to an MP4 file: H.264 and Opus, with times of one clock.
 *
 * Run it from the root: `deno run -A examples/camera-audio-recorder.ts out/talk.mp4 [--seconds N]`
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { addCamera, microphone, readOptions, run } from "./stand_ins.ts";

const options = readOptions("Records the camera and the microphone to a file.", "out/talk.mp4");
const { file } = options;

await using runtime = new Runtime({ native: "require" });
const voice = runtime.add(microphone(), { id: "microphone" });
const pictures = runtime.add(nodes.convert(), { id: "convert" });
const h264 = runtime.add(nodes.h264Encode({ bitRate: 4_000_000 }), { id: "h264" });
const opus = runtime.add(nodes.opusEncode(), { id: "opus" });
// A camera may take seconds until its first picture.
const mp4 = runtime.add(nodes.mediaSink({ path: file, startWaitSeconds: 10 }), {
  id: "file",
  ports: ["video_0", "audio_0"],
});
// What was encoded waits for the disk in place of being dropped.
const waits = { policy: "lossless", capacity: 50 } as const;
runtime.connect(addCamera(runtime), pictures.inputs.videoIn);
runtime.connect(pictures.outputs.videoOut, h264.inputs.video);
runtime.connect(h264.outputs.encoded, mp4.inputs.video[0], waits);
runtime.connect(voice.outputs.audio, opus.inputs.audio, { ...waits, convert: "auto" });
runtime.connect(opus.outputs.encoded, mp4.inputs.audio[0], waits);
console.log("Recording; Ctrl-C completes the file");

const { outcome, nodes: ran } = await run(runtime, options);
const seconds = ran.find(({ id }) => id === "file")?.figures?.durationSeconds ?? 0;
console.log(`${outcome}: ${seconds.toFixed(1)} s in ${file}`);
