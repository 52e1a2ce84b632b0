/**
 * Takes the camera and the microphone of whoever opens a page, writes the time over the pictures, and gives it back to the
 * page: by WHIP in, by WHEP out.
 *
 * Run it from the root: `deno run -A examples/browser-and-back.ts [--seconds N]`, and open the address that it prints.
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { serveWebrtc } from "../transports/webrtc/mod.ts";
import { readOptions, run } from "./stand_ins.ts";
import { servePage } from "./webrtc_page.ts";

const options = readOptions("Gives a browser its camera back, with the time over it.");
const [host, port] = ["127.0.0.1", 8890];

await using runtime = new Runtime({ mode: "live", native: "require" });
const stage = runtime.add(nodes.webrtcSource(), { id: "stage" });
const decoder = runtime.add(nodes.h264Decode(), { id: "decoder" });
const clock = runtime.add(nodes.overlay({ text: "{time}", position: "top-left" }), { id: "clock" });
const h264 = runtime.add(nodes.h264Encode({ bitRate: 2_000_000, keyInterval: 300 }), { id: "h264" });
const hall = runtime.add(nodes.webrtcSink(), { id: "hall" });
runtime.connect(stage.outputs.video, decoder.inputs.encoded);
runtime.connect(decoder.outputs.video, clock.inputs.videoIn);
runtime.connect(clock.outputs.videoOut, h264.inputs.video, { convert: "auto" });
runtime.connect(h264.outputs.encoded, hall.inputs.video);
// The sound is not decoded.
runtime.connect(stage.outputs.audio, hall.inputs.audio);

await using server = serveWebrtc(runtime, { port: 0, origins: [`http://${host}:${port}`] });
const page = servePage(host, port, { whip: `${server.url}/whip/stage`, whep: `${server.url}/whep/hall` });
console.log(`Open http://${host}:${port}`);
const { outcome, nodes: ran } = await run(runtime, options);
const { frames = 0 } = ran.find(({ id }) => id === "hall")?.figures ?? {};
console.log(`${outcome}: ${frames} frames sent back`);
await page.shutdown();
