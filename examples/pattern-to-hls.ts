/**
 * A test picture with a clock and a tone, as a live stream of HLS: written to a folder, and served from it.
 *
 * Run it from the root: `deno run -A examples/pattern-to-hls.ts [FOLDER]`, and open the address that it prints in a player,
 * such as `ffplay`. Ctrl-C ends it.
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { answerHls } from "../transports/hls/mod.ts";

const folder = Deno.args[0] ?? "out/hls";
Deno.mkdirSync(folder, { recursive: true });

await using runtime = new Runtime({ native: "require", mode: "live" });
const pattern = runtime.add(nodes.patternSource({ width: 640, height: 360 }), { id: "pattern" });
const clock = runtime.add(nodes.overlay({ text: "{time}" }), { id: "clock" });
const h264 = runtime.add(nodes.h264Encode({ keyInterval: 60 }), { id: "h264" });
const tone = runtime.add(nodes.toneSource({ channels: 2 }), { id: "tone" });
const opus = runtime.add(nodes.opusEncode({}), { id: "opus" });
const hls = runtime.add(nodes.hlsSink({ path: `${folder}/live.m3u8` }), { id: "hls", ports: ["video_0", "audio_0"] });
runtime.connect(pattern.outputs.video, clock.inputs.videoIn);
runtime.connect(clock.outputs.videoOut, h264.inputs.video, { convert: "auto" });
runtime.connect(h264.outputs.encoded, hls.inputs.video[0]);
runtime.connect(tone.outputs.audio, opus.inputs.audio);
runtime.connect(opus.outputs.encoded, hls.inputs.audio[0]);

const server = Deno.serve({ hostname: "127.0.0.1", port: 8080 }, async (request) => {
  return await answerHls(runtime, request) ?? new Response(null, { status: 404 });
});
console.log(`http://127.0.0.1:${server.addr.port}/hls/hls/live.m3u8 can be played in a few seconds`);
await runtime.start();
await runtime.finished;
await server.shutdown();
