/** What is wrong with the other side of RTMP is said in words of its own, within a stated time, and the node goes on. */
import { deepEqual, match, ok, rejects } from "node:assert/strict";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { input, play } from "../media/fixtures/media_files.ts";
import { until } from "../network/fixtures/until.ts";
import { FfmpegLink } from "./ffmpeg_program.ts";
import { RefusingRtmp } from "./fixtures/refusing_rtmp.ts";
import {
  film,
  frames,
  freePort,
  hasFfmpeg,
  LINKS,
  listened,
  logLines,
  Peer,
  pushAll,
  SINK,
  wallMs,
} from "./fixtures/peers.ts";
import { LiveSink } from "./live_sink.ts";

/** How many frames wait for a sink that takes none. */
const MOST_WAITING = 50;

const ignore = !hasFfmpeg || Deno.build.os !== "linux";

Deno.test({
  name: "RtmpSink says that the server refuses its key, and asks again",
  ignore,
  fn: async () => {
    const lines = logLines();
    using server = new RefusingRtmp();
    const url = `rtmp://127.0.0.1:${server.port}/app/secret`;
    await using sink = await ProcessorHarness.create(nodes.rtmpSink({ url }), {}, { mode: "live", connect: ["video"] });
    pushAll(sink, "video", (await frames()).video);
    await until(sink, () => lines.length > 0);
    match(
      lines[0],
      /Cannot publish to "rtmp:\/\/127\.0\.0\.1:\d+": the server refuses the stream; correct the address, and the key at its end; it is tried again in 0\.25 s/,
    );
    const { video } = await frames();
    let laterNs = 0;
    await until(sink, () => {
      pushAll(sink, "video", video, laterNs += 2e9);
      return server.refused >= 2;
    });
    ok(!lines.join().includes("secret"));
  },
});

Deno.test({
  name: "LiveSink pauses ever longer for a server that is not there, told once, and begins anew once one was steady",
  ignore,
  fn: async () => {
    const pauses: number[] = [];
    const told: string[] = [];
    const seen = Promise.withResolvers<void>();
    const log = { info() {}, debug() {}, warn: (line: string) => void told.push(line) };
    const context = { nodeId: "show", mode: "live", log, nowNs: () => 0, report() {} } as unknown as ProcessorContext;
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const gone = freePort();
    let tries = 0;
    const connect = () => {
      const isThere = ++tries === 9;
      const url = `tcp://127.0.0.1:${isThere ? server.addr.port : gone}`;
      const args = ["-f", "data", "-i", "-", "-map", "0", "-c", "copy", "-f", "data", url];
      const link = new FfmpegLink({ nodeId: "show", attempt: "Cannot publish", args });
      if (isThere) link.end();
      return link;
    };
    const sink = new LiveSink(context, [], connect, (seconds) => {
      if (pauses.push(seconds) === 11) seen.resolve();
      return Promise.resolve();
    });
    await seen.promise;
    await sink.teardown();
    // The ninth one is steady for a second, of which there is no pause before the next.
    deepEqual(pauses.slice(0, 11), [0.25, 0.5, 1, 2, 4, 5, 5, 5, 1, 0.25, 0.5]);
    match(told[0], /^Cannot publish: nobody listens there; .*; it is tried again in 0\.25 s$/);
    match(told[1], /^the other side has ended the connection; it is tried again in 0\.25 s$/);
    deepEqual(told.length, 3);
  },
});

Deno.test("RtmpSink refuses a link with a codec that RTMP lacks, before anything is sent", async () => {
  await using sink = await ProcessorHarness.create(nodes.rtmpSink({ url: "rtmp://127.0.0.1/a/k" }), {}, SINK);
  await rejects(async () => {
    sink.push<EncodedFrame>("video", { codec: "hevc", maxBytes: 10, keyframe: true }, () => {});
    await sink.run();
  }, /Cannot send "test\.video" to "node\.video": it carries encoded hevc, wanted h264/);
});

Deno.test({
  name: "RtmpSource says which codec of a publisher it leaves out, and takes the sound",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    await using source = await ProcessorHarness.create(nodes.rtmpSource({ port, key: "k" }), {}, LINKS);
    await source.run();
    await listened(port);
    const codecs = ["-c:v", "flv", "-c:a", "copy", "-f", "flv"];
    await using _publisher = new Peer("-re", "-i", film(), ...codecs, `rtmp://127.0.0.1:${port}/live/k`);
    await until(source, () => lines.length > 0 && source.figures!.received > 0);
    match(lines[0], /a stream of it cannot be carried: the codec is flv1; set the sender to H\.264 with AAC/);
    ok(source.takeEncoded("audio").length > 0);
  },
});

rare(Deno.test)({
  name: "RtmpSource says within 5 s that a caller says nothing, and listens again",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    await using source = await ProcessorHarness.create(nodes.rtmpSource({ port, key: "k" }), {}, LINKS);
    await source.run();
    await listened(port);
    using _caller = await Deno.connect({ port });
    const from = wallMs();
    await until(source, () => lines.length > 0);
    ok(wallMs() - from < 5000);
    match(lines[0], /a caller has said nothing that is RTMP for 4 s, and was sent away; let only publishers call/);
    await until(source, () => source.figures !== undefined);
    await listened(port);
  },
});

rare(Deno.test)({
  name: "RtmpSink says within 5 s that a server takes nothing more, and publishes to the next one",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    const url = `rtmp://127.0.0.1:${port}/app/k`;
    const listen = () => new Peer("-listen", "1", "-i", url, "-c", "copy", "-f", "null", "-");
    // So large that it fills what the system keeps for a connection.
    const noise = ["-vf", "noise=alls=100:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
    const { video_0 } = await play(
      { path: input("noise.mp4", ...noise, "-qp", "1", "-g", "5", "-c:a", "aac") },
      "video_0",
    );
    const options = { mode: "live", connect: ["video"] } as const;
    await using sink = await ProcessorHarness.create(nodes.rtmpSink({ url }), {}, options);
    await using server = listen();
    await listened(port);
    let given = 0;
    const send = () => {
      const { sent, lost } = sink.figures!;
      if (given - sent - lost > MOST_WAITING) return;
      pushAll(sink, "video", video_0, given * 40e6);
      given += video_0.length;
    };
    send();
    await until(sink, () => sink.figures!.connections === 1);
    server.child.kill("SIGSTOP");
    let [sent, takenMs] = [0, wallMs()];
    await until(sink, () => {
      if (sink.figures!.sent !== sent) takenMs = wallMs();
      ({ sent } = sink.figures!);
      send();
      return lines.length > 0;
    });
    ok(wallMs() - takenMs < 5000, `${wallMs() - takenMs} ms`);
    match(lines[0], /Cannot publish to ".*": the other side has taken nothing for 4 s; look after it and the network/);
    server.child.kill("SIGKILL");
    await server.child.status;
    await using _next = listen();
    await listened(port);
    await until(sink, () => (send(), sink.figures!.connections === 2));
  },
});
