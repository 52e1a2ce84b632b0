/**
 * Sound and pictures stay together, for the seconds of SLUICE_DRIFT_SECONDS, on their way by each protocol: a graph records
 * what a foreign peer sends, and a foreign peer what a graph sends.
 */
import { ok } from "node:assert/strict";
import { configureLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { FOLDER } from "../media/fixtures/media_files.ts";
import { beats, beatsOf, DRIFT_SECONDS } from "./fixtures/drift.ts";
import { folder, serveFolder } from "./fixtures/hls.ts";
import { freePort, hasFfmpeg, listened, Peer, received } from "./fixtures/peers.ts";

/** How far a beep may be from its flash. */
const MOST_APART_MS = 40;
/** How much of a stream may be missing, while its sides find each other and at its end. */
const MOST_MISSING_SECONDS = 4;

const TRACKS = ["video_0", "audio_0"];
const MEDIA: Readonly<Record<string, readonly string[]>> = {
  rtmp: ["-f", "flv"],
  srt: ["-f", "mpegts", "-mode", "caller"],
  udp: ["-f", "mpegts"],
};

/** Runs a graph of two nodes, which takes pictures and sound from the one to the other. */
async function run(
  from: Parameters<Runtime["add"]>[0],
  to: Parameters<Runtime["add"]>[0],
  [video, audio]: readonly string[],
  [videoIn, audioIn]: readonly string[],
  until: (runtime: Runtime) => Promise<unknown> = (runtime) => runtime.finished,
): Promise<void> {
  configureLog({ write: () => {} });
  await using runtime = new Runtime({ mode: "live", native: "off" });
  const ports = (names: readonly string[]) => names[0].includes("_") ? { ports: [...names] } : {};
  runtime.add(from, { id: "from", lane: "main", ...ports([video, audio]) });
  runtime.add(to, { id: "to", lane: "main", ...ports([videoIn, audioIn]) });
  runtime.connectByName(`from.${video}`, `to.${videoIn}`);
  runtime.connectByName(`from.${audio}`, `to.${audioIn}`);
  await runtime.start();
  await until(runtime);
  await runtime.stop();
}

/** Records what a node receives while a peer sends. */
async function record(source: Parameters<Runtime["add"]>[0], path: string, send: () => Promise<Peer>): Promise<void> {
  await run(source, nodes.mediaSink({ path }), ["video", "audio"], TRACKS, () => ended(send));
}

/** Waits for the end of a peer. */
async function ended(send: () => Promise<Peer>): Promise<void> {
  await using sender = await send();
  await sender.child.status;
}

/** Plays the film into a node. */
async function play(
  sink: Parameters<Runtime["add"]>[0],
  inputs: readonly string[] = ["video", "audio"],
): Promise<void> {
  await run(nodes.mediaSource({ path: beats() }), sink, TRACKS, inputs);
}

/** A peer that sends the film at its pace. */
function sender(protocol: string, url: string, ...more: string[]): Peer {
  return new Peer("-re", "-i", beats(), "-c", "copy", ...MEDIA[protocol], ...more, url);
}

/** The ways, each of which leads to a file. */
const WAYS: Readonly<Record<string, (path: string) => Promise<void>>> = {
  async RtmpSource(path) {
    const port = freePort();
    await record(nodes.rtmpSource({ port, key: "k" }), path, async () => {
      await listened(port);
      return sender("rtmp", `rtmp://127.0.0.1:${port}/live/k`);
    });
  },
  async RtmpSink(path) {
    const port = freePort();
    const url = `rtmp://127.0.0.1:${port}/live/k`;
    await using receiver = new Peer("-listen", "1", "-i", url, "-c", "copy", path);
    await listened(port);
    await play(nodes.rtmpSink({ url }));
    await receiver.child.status;
  },
  async "RtmpSource into RtmpSink"(path) {
    const [from, to] = [freePort(), freePort()];
    const url = `rtmp://127.0.0.1:${to}/live/k`;
    await using receiver = new Peer("-listen", "1", "-i", url, "-c", "copy", path);
    await listened(to);
    const both = ["video", "audio"];
    await run(nodes.rtmpSource({ port: from, key: "k" }), nodes.rtmpSink({ url }), both, both, () =>
      ended(async () => {
        await listened(from);
        return sender("rtmp", `rtmp://127.0.0.1:${from}/live/k`);
      }));
    await receiver.child.status;
  },
  async SrtSource(path) {
    const port = freePort();
    const source = nodes.srtSource({ mode: "listener", port });
    await record(source, path, () => Promise.resolve(sender("srt", `srt://127.0.0.1:${port}`)));
  },
  async SrtSink(path) {
    const port = freePort();
    await using receiver = new Peer("-mode", "listener", "-i", `srt://127.0.0.1:${port}`, "-c", "copy", path);
    await play(nodes.srtSink({ port }));
    await receiver.child.status;
  },
  async MpegtsSource(path) {
    const port = freePort();
    const send = () => Promise.resolve(sender("udp", `udp://127.0.0.1:${port}?pkt_size=1316`));
    await record(nodes.mpegtsSource({ port }), path, send);
  },
  async MpegtsSink(path) {
    const port = freePort();
    const url = `udp://127.0.0.1:${port}?timeout=5000000&fifo_size=10000`;
    await using receiver = new Peer("-i", url, "-c", "copy", path);
    await received(port);
    await play(nodes.mpegtsSink({ port }));
    await receiver.child.status;
  },
  async HlsSource(path) {
    const place = folder();
    const hls = ["-f", "hls", "-hls_time", "1", "-hls_flags", "delete_segments", `${place}/live.m3u8`];
    await using server = serveFolder(place);
    await using _writer = new Peer("-re", "-i", beats(), "-c", "copy", ...hls);
    const source = nodes.hlsSource({ url: `${server.url}/live.m3u8`, fromStart: true });
    await run(source, nodes.mediaSink({ path }), ["video", "audio"], TRACKS);
  },
  async HlsSink(path) {
    const place = folder();
    await using server = serveFolder(place);
    const played = play(nodes.hlsSink({ path: `${place}/live.m3u8`, segmentSeconds: 1 }), TRACKS);
    while (!(await Deno.stat(`${place}/live.m3u8`).catch(() => undefined))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await using receiver = new Peer("-i", `${server.url}/live.m3u8`, "-c", "copy", path);
    await played;
    await receiver.child.status;
  },
};

for (const [name, way] of Object.entries(WAYS)) {
  rare(Deno.test)({
    name: `${name} keeps sound and pictures within 40 ms of each other, to the end`,
    ignore: !hasFfmpeg || Deno.build.os !== "linux",
    fn: async () => {
      const path = `${FOLDER}/${name}.mkv`;
      // Made before a receiver begins to wait.
      beats();
      await way(path);
      const found = beatsOf(path);
      const [first, last] = [found[0], found.at(-1)];
      const most = Math.max(...found.map(({ apartMs }) => Math.abs(apartMs)));
      const figures =
        `${found.length} seconds: ${first?.apartMs} ms first, ${last?.apartMs} ms last, ${most} ms at most`;
      if (Deno.env.has("SLUICE_DRIFT_SECONDS")) console.log(`${name}: ${figures}`);
      ok(most <= MOST_APART_MS, figures);
      ok(found.length >= DRIFT_SECONDS - MOST_MISSING_SECONDS, figures);
    },
  });
}
