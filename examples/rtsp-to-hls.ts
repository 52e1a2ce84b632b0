/**
 * Makes HLS of what a camera sends by RTSP, without decoding it.
 *
 * Run it from the root: `RTSP_URL=rtsp://192.0.2.7/stream1 deno run -A examples/rtsp-to-hls.ts [--seconds N]`; the user's
 * name and password, if the camera asks for them, are in RTSP_USER and RTSP_PASSWORD. The playlist is
 * `out/camera/live.m3u8`.
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { readOptions, run } from "./stand_ins.ts";

const options = readOptions("Makes HLS, out/camera/live.m3u8, of the camera in RTSP_URL.");
const url = Deno.env.get("RTSP_URL");
if (url === undefined) {
  console.error("error: RTSP_URL is not set: it names the camera, as rtsp://HOST/PATH");
  Deno.exit(2);
}
Deno.mkdirSync("out/camera", { recursive: true });

await using runtime = new Runtime({ mode: "live", native: "require" });
const login = Deno.env.has("RTSP_USER") ? { user: "${env:RTSP_USER}", password: "${env:RTSP_PASSWORD}" } : {};
const camera = runtime.add(nodes.rtspSource({ url, ...login }), { id: "camera" });
const hls = runtime.add(nodes.hlsSink({ path: "out/camera/live.m3u8" }), { id: "hls", ports: ["video_0", "audio_0"] });
runtime.connect(camera.outputs.video, hls.inputs.video[0]);
runtime.connect(camera.outputs.audio, hls.inputs.audio[0]);

const { outcome, nodes: ran } = await run(runtime, options);
const { frames = 0 } = ran.find(({ id }) => id === "camera")?.figures ?? {};
console.log(`${outcome}: ${frames} frames of the camera`);
