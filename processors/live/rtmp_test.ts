import { deepEqual, equal, match, ok } from "node:assert/strict";
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
  listened,
  logLines,
  Peer,
  pushAll,
  SINK,
  slices,
  stopWhileItSends,
  wallMs,
} from "./fixtures/peers.ts";

const ignore = !hasFfmpeg;

function publish(port: number, key: string, ...args: string[]): Peer {
  return new Peer("-re", ...args, "-i", film(), "-c", "copy", "-f", "flv", `rtmp://127.0.0.1:${port}/live/${key}`);
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

Deno.test({
  name: "RtmpSource gives what ffmpeg publishes as it is, refuses another key, and listens again",
  ignore: ignore || Deno.build.os !== "linux",
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    await using source = await ProcessorHarness.create(nodes.rtmpSource({ port, key: "secret" }), {}, LINKS);
    await source.run();
    await listened(port);
    {
      await using _stranger = publish(port, "guess");
      await until(source, () => lines.length > 0);
    }
    match(
      lines[0],
      /Cannot receive by RTMP on 127\.0\.0\.1:\d+: a publisher with another app or key was refused; let it/,
    );
    await listened(port);
    const got = new Got();
    await using _publisher = publish(port, "secret");
    await until(source, () => (got.take(source), lines.some((line) => /the other side has ended/.test(line))));
    const { video, audio } = await frames();
    deepEqual(got.video.map(({ bytes }) => slices(bytes)), video.map(({ bytes }) => slices(bytes)));
    deepEqual(got.audio.map(({ bytes }) => bytes), audio.map(({ bytes }) => bytes));
    equal(got.video.filter(({ discontinuity }) => discontinuity).length, 0);
    got.video.forEach(({ ptsNs }, k) => ok(Math.abs(ptsNs - got.video[0].ptsNs - k * 40e6) < 1e6, `${k}`));
    await listened(port);
    const count = got.video.length;
    await using _other = publish(port, "secret");
    await until(source, () => (got.take(source), got.video.length > count + 20));
    const [last, next] = got.video.slice(count - 1);
    deepEqual([next.discontinuity, next.keyframe, next.ptsNs > last.ptsNs], [true, true, true]);
    ok(!lines.join().includes("secret"));
  },
});

Deno.test({
  name: "RtmpSink publishes what ffmpeg decodes as it does the file, and publishes again to a server that was killed",
  ignore: ignore || Deno.build.os !== "linux",
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    const url = `rtmp://127.0.0.1:${port}/app/secret`;
    const listen = (path: string) => new Peer("-listen", "1", "-i", url, "-c", "copy", "-flush_packets", "1", path);
    const { video, audio } = await frames();
    const [first, second] = [`${FOLDER}/first.flv`, `${FOLDER}/second.flv`];
    await using sink = await ProcessorHarness.create(nodes.rtmpSink({ url }), {}, SINK);
    {
      await using server = listen(first);
      await listened(port);
      pushAll(sink, "video", video);
      pushAll(sink, "audio", audio);
      await until(sink, () => sink.figures!.connections === 1);
      await until(sink, () => sizeOf(first) > 20_000);
      server.child.kill("SIGKILL");
    }
    let laterNs = 2e9;
    const send = () => {
      pushAll(sink, "video", video, laterNs);
      pushAll(sink, "audio", audio, laterNs);
      laterNs += 2e9;
      return new Promise((resolve) => setTimeout(resolve, 100));
    };
    while (!lines.some((line) => /tried again/.test(line))) {
      await send();
      await sink.run();
    }
    await using _server = listen(second);
    await listened(port);
    while (sink.figures!.connections < 2) {
      await send();
      await sink.run();
    }
    await send();
    sink.end();
    await until(sink, () => sink.finished);
    ok(sink.figures!.lost > 0);
    const pictureBytes = 160 * 120 * 3 / 2;
    const [whole, sent] = [decode(film(), "v"), decode(second, "v")];
    ok(sent.length >= whole.length && sent.length % pictureBytes === 0);
    deepEqual(sent.subarray(0, pictureBytes), whole.subarray(0, pictureBytes));
    ok(!lines.join().includes("secret"));
  },
});

Deno.test({
  name: "RtmpSink says where nobody listens, and lives",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    const url = `rtmp://127.0.0.1:${port}/app/secret`;
    await using sink = await ProcessorHarness.create(nodes.rtmpSink({ url }), {}, { mode: "live", connect: ["video"] });
    pushAll(sink, "video", (await frames()).video);
    await until(sink, () => lines.length > 0);
    match(lines[0], /Cannot publish to "rtmp:\/\/127\.0\.0\.1:\d+": nobody listens there; start what is to answer, or/);
    ok(!lines[0].includes("secret"));
    deepEqual(sink.figures, { sent: 0, lost: 50, connections: 0 });
  },
});

rare(Deno.test)({
  name: "RtmpSource says that a publisher has stopped, within 5 s, and takes the next one",
  ignore: ignore || Deno.build.os !== "linux",
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    await using source = await ProcessorHarness.create(nodes.rtmpSource({ port, key: "k" }), {}, LINKS);
    const got = new Got();
    await source.run();
    await listened(port);
    await using publisher = publish(port, "k", "-stream_loop", "9");
    const stopped = stopWhileItSends(source, publisher);
    await until(source, () => lines.length > 0);
    ok(wallMs() - await stopped < 5000);
    match(lines[0], /nothing has come for 4 s; look after the sender/);
    got.take(source);
    await listened(port);
    const count = got.video.length;
    await using _next = publish(port, "k");
    await until(source, () => (got.take(source), got.video.length > count + 5));
  },
});

rare(Deno.test)({
  name: "RtmpSink says within 5 s that a server does not answer, and ends in 3 s all the same",
  ignore,
  fn: async () => {
    const lines = logLines();
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `rtmp://127.0.0.1:${server.addr.port}/app/secret`;
    const options = { mode: "live", connect: ["video"], timeoutMs: 3000 } as const;
    await using sink = await ProcessorHarness.create(nodes.rtmpSink({ url }), {}, options);
    pushAll(sink, "video", (await frames()).video);
    const from = wallMs();
    await until(sink, () => lines.length > 0);
    ok(wallMs() - from < 5000);
    match(lines[0], /Cannot publish to "rtmp:\/\/127\.0\.0\.1:\d+": the host does not answer; look after it and the/);
    pushAll(sink, "video", (await frames()).video, 2e9);
    await sink.run();
  },
});
