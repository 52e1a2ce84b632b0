/** Who is let in at the port of an `rtmp-source`, and what is said of those who are not. */
import { equal, match, ok } from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { rare } from "../../tests/fixtures/rare.ts";
import { until } from "../network/fixtures/until.ts";
import type { AmfWritten } from "./amf.ts";
import { film, freePort, Got, hasFfmpeg, LINKS, listened, logLines, Peer, wallMs } from "./fixtures/peers.ts";
import { RtmpPeer } from "./fixtures/rtmp_peer.ts";

const ignore = !hasFfmpeg || Deno.build.os !== "linux";
const KEY = "topsecretkey123";

/** A source that listens, with the lines of its log. */
async function listen() {
  const lines = logLines();
  const port = freePort();
  const source = await ProcessorHarness.create(nodes.rtmpSource({ port, key: KEY }), {}, LINKS);
  await source.run();
  await listened(port);
  return { source, port, lines };
}

const CONNECT = ["connect", 1, { app: "live", type: "nonprivate" }] as const;
const CREATE = ["createStream", 2, null] as const;
type Command = readonly AmfWritten[];

/** What callers say before they send a film, none of whom names the key. */
const STRANGERS: Readonly<Record<string, readonly Command[]>> = {
  nothing: [[...CONNECT]],
  neither: [[...CONNECT], [...CREATE]],
  checkbw: [[...CONNECT], [...CREATE], ["_checkbw", 3, null]],
  release: [[...CONNECT], [...CREATE], ["releaseStream", 3, null, "topsecretkey12"]],
  "the right key in another command": [[...CONNECT], [...CREATE], ["FCPublish", 3, null, KEY]],
};
/** What they say who name another app or key. */
const OTHERS: Readonly<Record<string, readonly Command[]>> = {
  "the start of the key": [[...CONNECT], [...CREATE], ["publish", 3, null, "topsecretkey12", "live"]],
  "more than the key": [[...CONNECT], [...CREATE], ["publish", 3, null, `${KEY}?x=1`, "live"]],
  "no key": [[...CONNECT], [...CREATE], ["publish", 3, null]],
  "a number": [[...CONNECT], [...CREATE], ["publish", 3, null, 1]],
  "no connect": [[...CREATE], ["publish", 3, null, KEY, "live"]],
  "another app": [["connect", 1, { app: "life" }], [...CREATE], ["publish", 3, null, KEY, "live"]],
};

for (
  const [callers, said] of [[STRANGERS, /sent a stream without naming the key/], [
    OTHERS,
    /another app or key/,
  ]] as const
) {
  Deno.test({
    name: `RtmpSource takes nothing of a caller that says ${Object.keys(callers).join(", ")}`,
    ignore,
    fn: async () => {
      for (const [name, commands] of Object.entries(callers)) {
        const { source, port, lines } = await listen();
        await using _source = source;
        using peer = await RtmpPeer.greet(port);
        for (const command of commands) await peer.say(...command);
        await peer.sendFilm();
        const answers = await peer.closed;
        await until(source, () => lines.length > 0);
        match(lines[0], said, name);
        ok(!lines.join().includes("secret") && !answers.includes("NetStream.Publish.Start"), name);
        equal(source.figures?.received ?? 0, 0, name);
        equal(source.figures?.connections ?? 0, 0, name);
      }
    },
  });
}

Deno.test({
  name: "RtmpSource takes a publisher beside callers that say nothing, and sends them and all others away",
  ignore,
  fn: async () => {
    const { source, port, lines } = await listen();
    await using _source = source;
    using silent = await RtmpPeer.call(port);
    using greeted = await RtmpPeer.greet(port);
    using publisher = await RtmpPeer.greet(port);
    for (const command of [CONNECT, CREATE, ["publish", 3, null, KEY, "live"] as const]) {
      await publisher.say(...command);
    }
    await Promise.all([silent.closed, greeted.closed]);
    using other = await RtmpPeer.call(port);
    equal(await other.closed, "");
    await publisher.sendFilm();
    await publisher.say("FCUnpublish", 4, null, KEY);
    const got = new Got();
    await until(source, () => (got.take(source), lines.length > 0));
    match(lines[0], /the other side has ended the connection/);
    equal(got.video.length, 50);
    match(await publisher.closed, /_result.*_result.*NetStream\.Publish\.Start/s);
  },
});

Deno.test({
  name: "RtmpSource says that what a publisher sends is no RTMP, and takes the next one",
  ignore,
  fn: async () => {
    const { source, port, lines } = await listen();
    await using _source = source;
    const publish = async () => {
      const peer = await RtmpPeer.greet(port);
      for (const command of [CONNECT, CREATE, ["publish", 3, null, KEY, "live"] as const]) await peer.say(...command);
      return peer;
    };
    using broken = await publish();
    await broken.sendFilm();
    await broken.write(new Uint8Array(100).fill(0xff));
    await broken.closed;
    await until(source, () => lines.length > 0);
    match(lines[0], /what came is no RTMP; let a program publish that speaks it, such as OBS; it is tried again/);
    using next = await publish();
    await next.sendFilm();
    const got = new Got();
    await until(source, () => (got.take(source), got.video.length > 60));
    ok(got.video.slice(1).some(({ discontinuity }) => discontinuity));
  },
});

Deno.test({
  name: "RtmpSource gives way to the next of too many callers, and says what those said who leave or speak no RTMP",
  ignore,
  fn: async () => {
    const { source, port, lines } = await listen();
    await using _source = source;
    using web = await RtmpPeer.call(port);
    await web.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    equal(await web.closed, "");
    await until(source, () => lines.length === 1);
    match(lines[0], /a caller that does not speak RTMP was sent away/);
    const callers = [];
    for (let k = 0; k < 17; k++) callers.push(await RtmpPeer.call(port));
    equal(await callers[0].closed, "");
    await until(source, () => lines.length === 2);
    match(lines[1], /a caller has left before it published/);
    for (const each of callers) each[Symbol.dispose]();
    // Nobody is told of twice.
    using last = await RtmpPeer.greet(port);
    await last.say("connect", 1, { app: "x" });
    await until(source, () => lines.length === 3);
    match(lines[2], /another app or key/);
    match(await last.closed, /NetConnection\.Connect\.Rejected/);
  },
});

rare(Deno.test)({
  name: "RtmpSource ends a handshake that trickles within 5 s, and takes what ffmpeg publishes",
  ignore,
  fn: async () => {
    const { source, port, lines } = await listen();
    await using _source = source;
    const from = wallMs();
    using peer = await RtmpPeer.call(port);
    await peer.write(Uint8Array.of(3));
    const timer = setInterval(() => void peer.write(Uint8Array.of(0)), 1500);
    using late = await RtmpPeer.greet(port);
    await late.say(...CONNECT);
    await Promise.all([peer.closed, late.closed]);
    clearInterval(timer);
    ok(wallMs() - from < 5000);
    await until(source, () => lines.length === 2);
    const told = lines.toSorted();
    match(told[0], /a caller has said nothing that is RTMP for 4 s, and was sent away/);
    match(told[1], /a caller that did not publish within 4 s was sent away/);
    await using _publisher = new Peer(
      "-re",
      "-i",
      film(),
      "-c",
      "copy",
      "-f",
      "flv",
      `rtmp://127.0.0.1:${port}/live/${KEY}`,
    );
    const got = new Got();
    await until(source, () => (got.take(source), got.video.length > 5 && got.audio.length > 5));
  },
});
