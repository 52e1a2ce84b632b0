/**
 * Records two cameras that send by RTSP, side by side in one picture, with the sound of the first one.
 *
 * Run it from the root: `RTSP_URL=rtsp://192.0.2.7/stream1 RTSP_URL_2=rtsp://192.0.2.8/stream1 deno run -A
 * examples/two-cameras.ts out/cameras.mp4 [--seconds N]`; the user's name and password, if the cameras ask for them, are in
 * RTSP_USER and RTSP_PASSWORD. The cameras send H.264, and AAC if there is to be sound.
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { readOptions, run } from "./stand_ins.ts";

const [WIDTH, HEIGHT] = [640, 360];

const options = readOptions(
  "Records the cameras in RTSP_URL and RTSP_URL_2 side by side, with the sound of the first.",
  "out/cameras.mp4",
);
const urls = ["RTSP_URL", "RTSP_URL_2"].map((name) => {
  const url = Deno.env.get(name);
  if (url !== undefined) return url;
  console.error(`error: ${name} is not set: it names a camera, as rtsp://HOST/PATH`);
  Deno.exit(2);
});
const { file } = options;

await using runtime = new Runtime({ mode: "live", native: "require" });
const login = Deno.env.has("RTSP_USER") ? { user: "${env:RTSP_USER}", password: "${env:RTSP_PASSWORD}" } : {};
const half = { width_0: WIDTH, height_0: HEIGHT, x_1: WIDTH, width_1: WIDTH, height_1: HEIGHT };
// Cameras are not equally fast: what the slower one is behind is waited for.
const both = runtime.add(nodes.compositor({ width: 2 * WIDTH, height: HEIGHT, frameRate: 25, waitMs: 500, ...half }));
const [left, right] = urls.map((url, k) => {
  const camera = runtime.add(nodes.rtspSource({ url, ...login }), { id: `camera${k + 1}` });
  const pictures = runtime.add(nodes.h264Decode());
  runtime.connect(camera.outputs.video, pictures.inputs.encoded);
  runtime.connect(pictures.outputs.video, k === 0 ? both.inputs.videoIn_0 : both.inputs.videoIn_1, { convert: "auto" });
  return camera;
});
const h264 = runtime.add(nodes.h264Encode({ bitRate: 2_000_000 }));
const mp4 = runtime.add(nodes.mediaSink({ path: file }), { id: "file", ports: ["video_0", "audio_0"] });
runtime.connect(both.outputs.videoOut, h264.inputs.video, { convert: "auto" });
runtime.connect(h264.outputs.encoded, mp4.inputs.video[0], { policy: "lossless", capacity: 30 });
runtime.connect(left.outputs.audio, mp4.inputs.audio[0], { policy: "lossless", capacity: 64 });
console.log("Recording; Ctrl-C completes the file");

const { outcome, nodes: ran } = await run(runtime, options);
const figures = (id: string) => ran.find((node) => node.id === id)?.figures ?? {};
const [frames, seconds] = [figures(right.id).frames ?? 0, figures("file").durationSeconds ?? 0];
console.log(`${outcome}: ${seconds.toFixed(1)} s in ${file}, with ${frames} pictures of the second camera`);
