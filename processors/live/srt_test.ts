import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { decode, FOLDER, probe } from "../media/fixtures/media_files.ts";
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
  SINK,
  slices,
  stopWhileItSends,
  wallMs,
} from "./fixtures/peers.ts";

const ignore = !hasFfmpeg;
const PASSPHRASE = "open sesame 7";

/** Calls a listener with the film. */
function send(port: number, passphrase: string, ...args: string[]): Peer {
  const secret = passphrase === "" ? [] : ["-passphrase", passphrase];
  const output = ["-f", "mpegts", "-mode", "caller", ...secret, `srt://127.0.0.1:${port}`];
  return new Peer("-re", ...args, "-i", film(), "-c", "copy", ...output);
}

Deno.test({
  name: "SrtSource listens, refuses another passphrase, and gives what ffmpeg sends as it is",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    const config = { mode: "listener", port, passphrase: PASSPHRASE } as const;
    await using source = await ProcessorHarness.create(nodes.srtSource(config), {}, LINKS);
    const got = new Got();
    // A caller is heard for three seconds, and a listener begins within that.
    await using _stranger = send(port, "open sesame 8");
    await until(source, () => lines.length > 0);
    match(
      lines[0],
      /Cannot receive on "srt:\/\/127\.0\.0\.1:\d+": a caller was refused: the other side has another passphrase; set the/,
    );
    await using _sender = send(port, PASSPHRASE);
    await until(source, () => (got.take(source), lines.some((line) => /the other side has ended/.test(line))));
    const { video, audio } = await frames();
    // What is under way when a sender ends, SRT lets go.
    ok(got.video.length >= video.length - 8, `${got.video.length}`);
    deepEqual(
      got.video.map(({ bytes }) => slices(bytes)),
      video.slice(0, got.video.length).map(({ bytes }) => slices(bytes)),
    );
    deepEqual(got.audio.map(({ bytes }) => bytes), audio.slice(0, got.audio.length).map(({ bytes }) => bytes));
    equal(source.figures!.lostPackets, 0);
    ok(!lines.join().includes("sesame"));
  },
});

rare(Deno.test)({
  name: "SrtSink calls, sends what ffmpeg decodes as it does the file, and calls a receiver again that was killed",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    const [first, second] = [`${FOLDER}/srt1.ts`, `${FOLDER}/srt2.ts`];
    const receive = (path: string) =>
      new Peer("-mode", "listener", "-passphrase", PASSPHRASE, "-i", `srt://127.0.0.1:${port}`, "-c", "copy", path);
    const { video, audio } = await frames();
    const config = { port, passphrase: PASSPHRASE, latencyMs: 40 };
    await using sink = await ProcessorHarness.create(nodes.srtSink(config), {}, SINK);
    await using receiver = receive(first);
    await until(sink, () => sink.figures!.connections === 1);
    let laterNs = 0;
    const send = async () => {
      pushAll(sink, "video", video, laterNs);
      pushAll(sink, "audio", audio, laterNs);
      laterNs += 2e9;
      await sink.run();
      await new Promise((resolve) => setTimeout(resolve, 100));
    };
    await send();
    receiver.child.kill("SIGKILL");
    // SRT itself waits five seconds for a sign of the other side.
    while (lines.length === 0) await send();
    match(lines[0], /Cannot send to "srt:.*; it is tried again in 0.25 s/);
    const { lost } = sink.figures!;
    await send();
    ok(sink.figures!.lost >= lost + 50);
    await using last = receive(second);
    await until(sink, () => sink.figures!.connections === 2);
    pushAll(sink, "video", video, laterNs);
    pushAll(sink, "audio", audio, laterNs);
    sink.end();
    await until(sink, () => sink.finished);
    await last.child.status;
    deepEqual(decode(second, "v"), decode(film(), "v"));
    equal(probe(second, "stream=codec_name", "-select_streams", "a").at(-1), "aac");
    ok(!lines.join().includes("sesame"));
  },
});

Deno.test({
  name: "SrtSource receives from SrtSink, whichever of both listens",
  ignore,
  fn: async () => {
    logLines();
    const { video, audio } = await frames();
    for (const mode of ["caller", "listener"] as const) {
      const port = freePort();
      const other = mode === "caller" ? "listener" : "caller";
      await using source = await ProcessorHarness.create(
        nodes.srtSource({ mode: other, port, latencyMs: 40 }),
        {},
        LINKS,
      );
      await using sink = await ProcessorHarness.create(nodes.srtSink({ mode, port, latencyMs: 40 }), {}, SINK);
      await until(source, () => sink.figures!.connections === 1);
      pushAll(sink, "video", video);
      pushAll(sink, "audio", audio);
      await sink.run();
      sink.end();
      const flushed = sink.run();
      const got = new Got();
      await until(source, () => (got.take(source), got.video.length === 50));
      await flushed;
      deepEqual(got.video.map(({ bytes }) => slices(bytes)), video.map(({ bytes }) => slices(bytes)));
    }
  },
});

Deno.test({
  name: "SrtSink says within 5 s that nobody answers, and a wrong passphrase at once",
  ignore,
  fn: async () => {
    await rejects(ProcessorHarness.create(nodes.srtSink({ passphrase: "short" }), {}, SINK), {
      message: /its passphrase has 5 bytes, wanted 10 to 79, as SRT has it/,
    });
    const lines = logLines();
    const port = freePort();
    const from = wallMs();
    await using sink = await ProcessorHarness.create(nodes.srtSink({ port, passphrase: PASSPHRASE }), {}, SINK);
    await until(sink, () => lines.length > 0);
    ok(wallMs() - from < 5000);
    match(
      lines[0],
      /Cannot send to "srt:\/\/127\.0\.0\.1:\d+": the host does not answer; look after it and the network/,
    );
    await using _receiver = new Peer("-mode", "listener", "-i", `srt://127.0.0.1:${port}`, "-f", "null", "-");
    await until(sink, () => lines.length > 1);
    match(lines[1], /only one side has a passphrase; set the same on both, or none on both/);
  },
});

rare(Deno.test)({
  name: "SrtSource says that a sender has stopped, within 5 s, and takes the next one",
  ignore,
  fn: async () => {
    const lines = logLines();
    const port = freePort();
    await using source = await ProcessorHarness.create(nodes.srtSource({ mode: "listener", port }), {}, LINKS);
    await using sender = send(port, "", "-stream_loop", "9");
    const stopped = stopWhileItSends(source, sender);
    await until(source, () => lines.length > 0);
    ok(wallMs() - await stopped < 5000);
    match(lines[0], /nothing has come for 4 s; look after the sender/);
    const got = new Got();
    got.take(source);
    const count = got.video.length;
    await using _next = send(port, "");
    await until(source, () => (got.take(source), got.video.length > count + 5));
    const [last, next] = got.video.slice(count - 1);
    deepEqual([next.discontinuity, next.keyframe, next.ptsNs > last.ptsNs], [true, true, true]);
  },
});
