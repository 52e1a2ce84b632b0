/** A page with hls.js plays what an `hls-sink` writes, live. */
import { ok } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { serve } from "../../processors/live/fixtures/hls.ts";
import { FOLDER, mp4 } from "../../processors/media/fixtures/media_files.ts";
import { nodes } from "../../sluice.gen.ts";
import { rare } from "../fixtures/rare.ts";
import { ROOT } from "../../tools/root.ts";
import { answerHls } from "../../transports/hls/mod.ts";
import { openPage, pageTest } from "./chromium.ts";

const PLAYER = `<!doctype html><video muted autoplay></video><script src="hls.min.js"></script><script>
  const hls = new Hls();
  const faults = [];
  hls.on(Hls.Events.ERROR, (_, { details, fatal }) => fatal && faults.push(details));
  Object.assign(globalThis, { hls, faults });
  hls.loadSource("hls/hls");
  hls.attachMedia(document.querySelector("video"));
</script>`;

rare(pageTest)("hls.js in Chromium plays pictures and sound of a live HlsSink, and stays near its end", async () => {
  const place = Deno.makeTempDirSync({ dir: FOLDER });
  const ports = ["video_0", "audio_0"];
  await using runtime = new Runtime({ mode: "live", native: "off" });
  runtime.add(nodes.mediaSource({ path: mp4(), loop: true }), { id: "from", lane: "main", ports });
  runtime.add(nodes.hlsSink({ path: `${place}/live.m3u8`, segmentSeconds: 1 }), { id: "hls", lane: "main", ports });
  for (const port of ports) runtime.connectByName(`from.${port}`, `hls.${port}`);
  await runtime.start();
  const library = Deno.readFileSync(`${ROOT}node_modules/hls.js/dist/hls.min.js`);
  await using server = serve(async (request) => {
    if (request.url.endsWith(".js")) return new Response(library, { headers: { "content-type": "text/javascript" } });
    return await answerHls(runtime, request) ?? new Response(PLAYER, { headers: { "content-type": "text/html" } });
  });
  while (!await Deno.stat(`${place}/live.m3u8`).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await using opened = await openPage();
  await opened.page.goto(server.url);
  await opened.page.waitForFunction(() => {
    const video = document.querySelector("video")!;
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    return video.played.length === 1 && video.played.end(0) - video.played.start(0) > 8 && totalVideoFrames > 150;
  });
  const found = await opened.page.evaluate(() => {
    const video = document.querySelector("video")! as HTMLVideoElement & { webkitAudioDecodedByteCount: number };
    const { hls, faults } = globalThis as unknown as { hls: { latency: number }; faults: string[] };
    return { faults, latency: hls.latency, audioBytes: video.webkitAudioDecodedByteCount };
  });
  await runtime.stop();
  ok(found.faults.length === 0 && found.audioBytes > 10_000 && found.latency < 8, JSON.stringify(found));
});
