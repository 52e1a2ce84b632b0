import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { decode, FOLDER } from "../media/fixtures/media_files.ts";
import { until } from "../network/fixtures/until.ts";
import {
  film,
  frames,
  freePort,
  Got,
  hasFfmpeg,
  LINKS,
  logLines,
  Peer,
  pushAll,
  received,
  SINK,
  slices,
} from "./fixtures/peers.ts";

const ignore = !hasFfmpeg;

Deno.test({
  name: "MpegtsSource gives what ffmpeg sends as it is, with its times",
  ignore,
  fn: async () => {
    logLines();
    await using source = await ProcessorHarness.create(nodes.mpegtsSource({ port: 0 }), {}, LINKS);
    source.advance(3e9);
    const url = `udp://127.0.0.1:${source.figures!.port}?pkt_size=1316`;
    await using sender = new Peer("-re", "-i", film(), "-c", "copy", "-f", "mpegts", url);
    const got = new Got();
    const { video, audio } = await frames();
    // The last picture ends with the next one, and of sound several frames are sent together.
    await until(source, () => (got.take(source), got.video.length >= video.length - 1));
    await sender.child.status;
    got.take(source);
    deepEqual(
      got.video.map(({ bytes }) => slices(bytes)),
      video.slice(0, got.video.length).map(({ bytes }) => slices(bytes)),
    );
    deepEqual(got.audio.map(({ bytes }) => bytes), audio.slice(0, got.audio.length).map(({ bytes }) => bytes));
    ok(got.video[0].ptsNs >= 3e9 && got.video[0].ptsNs < 3.1e9, `${got.video[0].ptsNs}`);
    got.video.forEach(({ ptsNs }, k) => ok(Math.abs(ptsNs - got.video[0].ptsNs - k * 40e6) < 1e5, `picture ${k}`));
    equal(source.figures!.lostPackets, 0);
  },
});

Deno.test({
  name: "MpegtsSink sends what ffmpeg decodes as it does the file",
  ignore,
  fn: async () => {
    logLines();
    const port = freePort();
    const path = `${FOLDER}/udp.ts`;
    const { video, audio } = await frames();
    const url = `udp://127.0.0.1:${port}?timeout=1000000&fifo_size=10000`;
    await using receiver = new Peer("-i", url, "-c", "copy", path);
    await using sink = await ProcessorHarness.create(nodes.mpegtsSink({ port }), {}, SINK);
    await received(port);
    await until(sink, () => sink.figures!.connections === 1);
    pushAll(sink, "video", video);
    pushAll(sink, "audio", audio);
    await until(sink, () => sink.figures!.sent + sink.figures!.lost === video.length + audio.length);
    await receiver.child.status;
    deepEqual(decode(path, "v"), decode(film(), "v"));
    // Sound from before the first picture is left out.
    ok(sink.figures!.lost <= 2);
  },
});

Deno.test({
  name: "MpegtsSource says once which codec it leaves out, and takes the next stream of sound",
  ignore,
  fn: async () => {
    const lines = logLines();
    await using source = await ProcessorHarness.create(nodes.mpegtsSource({ port: 0 }), {}, LINKS);
    const url = `udp://127.0.0.1:${source.figures!.port}?pkt_size=1316`;
    const streams = ["-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy", "-c:a:0", "ac3"];
    await using _sender = new Peer("-re", "-i", film(), ...streams, "-f", "mpegts", url);
    const got = new Got();
    await until(source, () => (got.take(source), got.audio.length > 20 && got.video.length > 20));
    const told = lines.filter((line) => line.includes("cannot be carried"));
    equal(told.length, 1);
    match(
      told[0],
      /its sound cannot be carried: the codec is ac3, wanted aac, mp3, opus; set the sender to one of these/,
    );
    equal(got.audio[0].codec, "aac");
  },
});

Deno.test("MpegtsSource counts what is lost, flags what follows, and goes on with a key frame", async () => {
  logLines();
  await using source = await ProcessorHarness.create(nodes.mpegtsSource({ port: 0 }), {}, LINKS);
  const { port } = source.figures!;
  const relay = createSocket("udp4");
  await new Promise<void>((resolve) => relay.bind(0, "127.0.0.1", resolve));
  let count = 0;
  // One of the datagrams in the middle is lost.
  relay.on("message", (bytes) => ++count !== 30 && relay.send(bytes, port, "127.0.0.1"));
  await using sink = await ProcessorHarness.create(nodes.mpegtsSink({ port: relay.address().port }), {}, {
    mode: "live",
    connect: ["video"],
  });
  const { video } = await frames();
  await until(sink, () => sink.figures!.connections === 1);
  pushAll(sink, "video", video);
  await sink.run();
  const got = new Got();
  await until(source, () => (got.take(source), got.video.at(-1)?.ptsNs! - got.video[0]?.ptsNs === 49 * 40e6));
  relay.close();
  const { lostPackets, lostFrames, received } = source.figures!;
  ok(lostPackets > 0 && lostPackets <= 7, `${lostPackets}`);
  ok(lostFrames > 0 && lostFrames + received < 50);
  deepEqual(got.video.filter(({ discontinuity }) => discontinuity).map(({ keyframe }) => keyframe), [true]);
  sink.end();
  await sink.run();
});

rare(Deno.test)("MpegtsSource says that nothing comes, within 5 s", async () => {
  const lines = logLines();
  await using source = await ProcessorHarness.create(nodes.mpegtsSource({ port: 0 }), {}, LINKS);
  await until(source, () => lines.length > 1);
  match(lines[1], /nothing has come for 4 s; look after the sender, and whether it sends to this address/);
});
