/**
 * A test picture with a clock and a tone, as a live stream of HLS: written to the folder `out/hls`, and served from it.
 *
 * Run it from the root: `deno run -A examples/pattern-to-hls.ts [--seconds N]`, and open the address that it prints in a
 * player, such as `ffplay`, VLC, or a page with hls.js.
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { answerHls } from "../transports/hls/mod.ts";
import { readOptions, run } from "./stand_ins.ts";

const does = `Serves a test picture and a tone as HLS, from out/hls: play http://127.0.0.1:8080/hls/hls/live.m3u8 with
ffplay, VLC, or a page with hls.js.`;
const options = readOptions(does);
Deno.mkdirSync("out/hls", { recursive: true });

await using runtime = new Runtime({ native: "require", mode: "live" });
const pattern = runtime.add(nodes.patternSource({ width: 640, height: 360 }), { id: "pattern" });
const clock = runtime.add(nodes.overlay({ text: "{time}" }), { id: "clock" });
const h264 = runtime.add(nodes.h264Encode({ keyInterval: 60 }), { id: "h264" });
const tone = runtime.add(nodes.toneSource({ channels: 2 }), { id: "tone" });
const opus = runtime.add(nodes.opusEncode({}), { id: "opus" });
const hls = runtime.add(nodes.hlsSink({ path: "out/hls/live.m3u8" }), { id: "hls", ports: ["video_0", "audio_0"] });
runtime.connect(pattern.outputs.video, clock.inputs.videoIn);
runtime.connect(clock.outputs.videoOut, h264.inputs.video, { convert: "auto" });
runtime.connect(h264.outputs.encoded, hls.inputs.video[0]);
runtime.connect(tone.outputs.audio, opus.inputs.audio);
runtime.connect(opus.outputs.encoded, hls.inputs.audio[0]);

const server = serve();
console.log("In a few seconds: ffplay http://127.0.0.1:8080/hls/hls/live.m3u8");
const { outcome, nodes: ran } = await run(runtime, options);
const { segments = 0 } = ran.find(({ id }) => id === "hls")?.figures ?? {};
console.log(`${outcome}: ${segments} segments`);
await server.shutdown();

function serve(): Deno.HttpServer {
  try {
    return Deno.serve({ hostname: "127.0.0.1", port: 8080, onListen: () => {} }, async (request) => {
      return await answerHls(runtime, request) ?? new Response(null, { status: 404 });
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    console.error("error: port 8080 is taken: end the program that listens there, or change the port in this example");
    Deno.exit(1);
  }
}
