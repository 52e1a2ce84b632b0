/** What is wrong with the other side of SRT, or of MPEG-TS by UDP, is said within a stated time, and the node goes on. */
import { deepEqual, doesNotMatch, match, ok } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { until } from "../network/fixtures/until.ts";
import {
  film,
  freePort,
  Got,
  hasFfmpeg,
  LINKS,
  logLines,
  Peer,
  received,
  stopWhileItSends,
  wallMs,
} from "./fixtures/peers.ts";

const ignore = !hasFfmpeg || Deno.build.os !== "linux";
const PASSPHRASE = "open sesame 7";

/** A peer that sends the film, again and again. */
function sender(url: string, ...args: string[]): Peer {
  return new Peer("-re", "-stream_loop", "9", "-i", film(), "-c", "copy", ...args, "-f", "mpegts", url);
}

rare(Deno.test)({
  name:
    "SrtSource calls: it says within 5 s that nobody answers, then that the passphrase is another, then it receives",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    const url = `srt://127.0.0.1:${port}`;
    const fromMs = wallMs();
    await using source = await ProcessorHarness.create(nodes.srtSource({ port, passphrase: PASSPHRASE }), {}, LINKS);
    await until(source, () => lines.length > 0);
    ok(wallMs() - fromMs < 5000);
    match(lines[0], /Cannot receive from "srt:\/\/127\.0\.0\.1:\d+": the host does not answer; look after it/);
    {
      await using _wrong = sender(url, "-mode", "listener", "-passphrase", "open sesame 8");
      await until(source, () => lines.length > 1);
      match(lines[1], /the other side has another passphrase; set the same on both/);
    }
    await using _right = sender(url, "-mode", "listener", "-passphrase", PASSPHRASE);
    await until(source, () => source.figures!.received > 10);
    ok(!lines.join().includes("sesame"));
  },
});

Deno.test({
  name: "SrtSource says which codecs it leaves out",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    await using source = await ProcessorHarness.create(nodes.srtSource({ mode: "listener", port }), {}, LINKS);
    await using _sender = sender(`srt://127.0.0.1:${port}`, "-c:v", "mpeg2video", "-c:a", "ac3");
    await until(source, () => lines.length > 1);
    match(
      lines[0],
      /its pictures cannot be carried: the codec is mpeg2video, wanted h264, hevc; set the sender to one/,
    );
    match(lines[1], /its sound cannot be carried: the codec is ac3, wanted aac, mp3, opus; set the sender to one/);
  },
});

Deno.test({
  name: "SrtSource says that another one listens on its port, and listens once that has gone",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    const config = { mode: "listener", port } as const;
    await using second = await (async () => {
      await using first = await ProcessorHarness.create(nodes.srtSource(config), {}, LINKS);
      await first.run();
      await received(port);
      const second = await ProcessorHarness.create(nodes.srtSource(config), {}, LINKS);
      await until(second, () => lines.length > 0);
      return second;
    })();
    match(lines[0], /Cannot receive on "srt:.*": another node or program listens there; wanted a port of its own/);
    // A port of 0 is refused.
    doesNotMatch(lines[0], / 0 for any/);
    await using _sender = sender(`srt://127.0.0.1:${port}`);
    await until(second, () => second.figures!.received > 10);
  },
});

rare(Deno.test)({
  name: "MpegtsSource says that a sender has stopped, within 5 s, and flags what the next one sends",
  ignore,
  fn: async () => {
    const lines = logLines();
    await using source = await ProcessorHarness.create(nodes.mpegtsSource({ port: 0 }), {}, LINKS);
    const url = `udp://127.0.0.1:${source.figures!.port}?pkt_size=1316`;
    await using first = sender(url);
    const stoppedMs = stopWhileItSends(source, first);
    await until(source, () => lines.length > 1);
    ok(wallMs() - await stoppedMs < 5000);
    match(lines[1], /nothing has come for 4 s; look after the sender, and whether it sends to this address/);
    const got = new Got();
    got.take(source);
    const count = got.video.length;
    await using _next = sender(url);
    await until(source, () => (got.take(source), got.video.length > count));
    const [last, next] = got.video.slice(count - 1);
    deepEqual([next.discontinuity, next.keyframe, next.ptsNs > last.ptsNs], [true, true, true]);
    deepEqual(source.figures!.connections, 2);
  },
});
