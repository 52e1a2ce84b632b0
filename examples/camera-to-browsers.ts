/**
 * Shows the camera, or test pictures, with the sound of the microphone to browsers by WebRTC, as they happen.
 *
 * Run it from the root: `deno run -A examples/camera-to-browsers.ts [--seconds N]`, and open the address that it prints.
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { serveWebrtc } from "../transports/webrtc/mod.ts";
import { addCamera, microphone, readOptions, run } from "./stand_ins.ts";
import { servePage } from "./webrtc_page.ts";

const options = readOptions("Shows the camera to browsers by WebRTC.");
const [host, port] = ["127.0.0.1", 8890];

await using runtime = new Runtime({ mode: "live", native: "require" });
const pictures = runtime.add(nodes.convert(), { id: "convert" });
const h264 = runtime.add(nodes.h264Encode({ bitRate: 2_000_000, keyInterval: 300 }), { id: "h264" });
const opus = runtime.add(nodes.opusEncode(), { id: "opus" });
const hall = runtime.add(nodes.webrtcSink(), { id: "hall" });
runtime.connect(addCamera(runtime), pictures.inputs.videoIn);
runtime.connect(pictures.outputs.videoOut, h264.inputs.video);
runtime.connect(h264.outputs.encoded, hall.inputs.video);
runtime.connect(runtime.add(microphone(), { id: "microphone" }).outputs.audio, opus.inputs.audio);
runtime.connect(opus.outputs.encoded, hall.inputs.audio);

await using server = serveWebrtc(runtime, { port: 0, origins: [`http://${host}:${port}`] });
const page = servePage(host, port, { whep: `${server.url}/whep/hall` });
console.log(`Open http://${host}:${port}`);
const { outcome, nodes: ran } = await run(runtime, options);
const { frames = 0 } = ran.find(({ id }) => id === "hall")?.figures ?? {};
console.log(`${outcome}: ${frames} frames sent`);
await page.shutdown();
