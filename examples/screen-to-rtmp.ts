/**
 * Publishes the screen by RTMP, at half its size, to the address that the variable RTMP_URL holds with the key in it.
 *
 * Run it from the root: `RTMP_URL=rtmp://127.0.0.1/live/KEY deno run -A examples/screen-to-rtmp.ts [--seconds N]`; a server
 * to try it with is `ffmpeg -listen 1 -i rtmp://127.0.0.1/live/KEY out.flv`.
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { addScreen, readOptions, run, screenPools } from "./stand_ins.ts";

const options = readOptions("Publishes the screen to the address in RTMP_URL, at half its size.");
if (!Deno.env.get("RTMP_URL")) {
  console.error("error: RTMP_URL is not set: it names the server and the stream, as rtmp://HOST/APP/KEY");
  Deno.exit(2);
}

await using runtime = new Runtime({ mode: "live", native: "require", pools: screenPools() });
const smaller = runtime.add(nodes.scale({ width: 960 }), { id: "scale" });
const pictures = runtime.add(nodes.convert(), { id: "convert" });
const encoder = nodes.h264Encode({ bitRate: 2_000_000, content: "screen", keyInterval: 60 });
const h264 = runtime.add(encoder, { id: "h264" });
const rtmp = runtime.add(nodes.rtmpSink({ url: "${env:RTMP_URL}" }), { id: "rtmp" });
runtime.connect(addScreen(runtime), smaller.inputs.videoIn);
runtime.connect(smaller.outputs.videoOut, pictures.inputs.videoIn);
runtime.connect(pictures.outputs.videoOut, h264.inputs.video);
runtime.connect(h264.outputs.encoded, rtmp.inputs.video, { capacity: 60 });

const { outcome, nodes: ran } = await run(runtime, options);
const { sent = 0, lost = 0 } = ran.find(({ id }) => id === "rtmp")?.figures ?? {};
console.log(`${outcome}: ${sent} pictures sent, ${lost} lost`);
