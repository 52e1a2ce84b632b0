/** What is seen of a loop with an end: each round shows the pictures of a single run, and no other. */
import { deepEqual, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { input, play } from "../../processors/media/fixtures/media_files.ts";
import { nodes } from "../../sluice.gen.ts";
import { type EncodedOutput, ProcessorHarness } from "../../testing.ts";
import { addRow, end, media, runtimeOf } from "../fixtures/plugins/media.ts";

/** The times in milliseconds of the pictures that a decoder makes of packets, and their brightness as text. */
async function decode(registry: NodeRegistry, packets: readonly EncodedOutput[]) {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.encoded({ codec: "h264" }), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const last = addRow(registry, runtime, { "h264-decode": {} }, "source.encoded");
  runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  const times: number[] = [];
  const pictures: string[] = [];
  const seen = (async () => {
    for await (const picture of sink) {
      times.push(Math.round(picture.ptsNs / 1e6));
      pictures.push(picture.plane(0).join());
    }
  })();
  for (const { bytes, ptsNs, dtsNs, durationNs, decodeOnly, discontinuity } of packets) {
    await source.push({ bytes, ptsNs, dtsNs, durationNs, decodeOnly, discontinuity });
  }
  source.end();
  await seen;
  await end(runtime);
  return { times, pictures };
}

media("each round of a film with B-frames shows the pictures between two times, and those alone", async (registry) => {
  const coded = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "3", "-b_strategy", "0"];
  const config = { path: input("rounds.mp4", ...coded), positionSeconds: 0.234, endSeconds: 0.756 };
  const { video_0: once } = await play(config, "video_0");
  ok(once.some(({ ptsNs }) => ptsNs > 0.522e9), "a picture from beyond the end is needed");
  const single = await decode(registry, once);
  deepEqual(single.times, Array.from({ length: 13 }, (_, k) => 6 + 40 * k));
  await using source = await ProcessorHarness.create(nodes.mediaSource({ ...config, loop: true }));
  source.addOutput("video");
  const packets: EncodedOutput[] = [];
  while (packets.length < 3 * once.length) {
    await source.run(1);
    packets.push(...source.takeEncoded("video_0"));
  }
  const found = await decode(registry, packets.slice(0, 3 * once.length));
  deepEqual(found.times, [0, 522, 1044].flatMap((start) => single.times.map((time) => start + time)));
  ok(found.pictures.every((picture, k) => picture === single.pictures[k % single.pictures.length]));
}, { needsFfmpeg: true });
