/** Frames of a codec that is known only once they come, before a native stage that does not take it. */
import { rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { Runtime } from "../../core/runtime.ts";
import { freePort, hasFfmpeg, Peer } from "../../processors/live/fixtures/peers.ts";
import { nodes } from "../../sluice.gen.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";

Deno.test({
  name: "h264-decode says of H.265 what came and what it takes",
  ignore: !hasFfmpeg || noRustPlugin("video") !== undefined,
  async fn() {
    await using runtime = new Runtime({ native: "require", mode: "live" });
    const port = freePort();
    const source = runtime.add(nodes.mpegtsSource({ port }));
    const decoder = runtime.add(nodes.h264Decode());
    const pictures = runtime.add(appSink.video());
    runtime.connect(source.outputs.video, decoder.inputs.encoded);
    runtime.connect(decoder.outputs.video, pictures.inputs.video);
    await runtime.start();
    const film = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=25", "-t", "20"];
    const codec = ["-c:v", "libx265", "-x265-params", "log-level=none", "-g", "10"];
    await using _sender = new Peer("-re", ...film, ...codec, "-f", "mpegts", `udp://127.0.0.1:${port}`);
    await rejects(runtime.finished, /what comes to "encoded" is hevc, wanted h264/);
  },
});
