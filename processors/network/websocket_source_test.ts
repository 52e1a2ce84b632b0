import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { configureLog } from "../../core/log.ts";
import { nodes } from "../../sluice.gen.ts";
import { type HarnessOptions, ProcessorHarness } from "../../testing.ts";
import { RawServer } from "./fixtures/raw_server.ts";
import { until, untilData } from "./fixtures/until.ts";

type Config = Partial<Parameters<typeof nodes.websocketSource>[0]>;

const ended = (code: number) => [0x88, 2, code >> 8, code & 0xff];

async function open(port: number, config: Config = {}, options: HarnessOptions = {}): Promise<ProcessorHarness> {
  const url = `ws://127.0.0.1:${port}/feed?key=secret`;
  configureLog({ write: () => {} });
  return await ProcessorHarness.create(nodes.websocketSource({ url, retrySeconds: 0.001, ...config }), {}, {
    id: "feed",
    mode: "live",
    ...options,
  });
}

/** What an offline source fails with. */
async function failure(server: RawServer, answer: (peer: Awaited<ReturnType<RawServer["next"]>>) => Promise<void>) {
  await using source = await open(server.port, { format: "json", maxBytes: 1000 }, { mode: "offline" });
  await source.run();
  await answer(await server.next());
  const error = await until(source, () => false).catch((error) => error);
  equal(error.message.includes("secret"), false);
  const message = error.message.replace('Node "feed" (websocket-source): ', "").replace(`${server.port}`, "PORT");
  return `${error.code} ${message}`;
}

Deno.test("WebsocketSource makes values of texts and bytes, and says what it was told to say", async () => {
  await using server = new RawServer();
  await using source = await open(server.port, { headers: { Authorization: "Bearer t" }, greetings: ["hello"] });
  await source.run();
  const peer = await server.next();
  const lines = await peer.accept();
  equal(lines[0], "GET /feed?key=secret HTTP/1.1");
  ok(lines.includes("Authorization: Bearer t"));
  await peer.send("one");
  await peer.send([1, 2]);
  // A text in three pieces, with a ping between, which is answered.
  await peer.write([0x01, 1, 0x61, 0x89, 1, 0x37, 0x00, 1, 0x62, 0x80, 1, 0x63]);
  deepEqual(await untilData(source, 3), ["one", Uint8Array.of(1, 2), "abc"]);
  deepEqual([await peer.frame(), await peer.frame()], [{ first: 0x81, text: "hello" }, { first: 0x8a, text: "7" }]);
  deepEqual(source.figures, { received: 3, refused: 0, connections: 1 });
});

Deno.test("WebsocketSource connects again, and flags what comes then", async () => {
  await using server = new RawServer();
  await using source = await open(server.port, { format: "s16", channels: 1 });
  const flags: boolean[] = [];
  for (const connections of [1, 2]) {
    await source.run();
    const peer = await server.next();
    await peer.accept();
    await peer.send([0, 0]);
    await peer.send([0, 0]);
    await until(source, () => source.figures?.received === 2 * connections);
    flags.push(...source.takeAudio("audio").map(({ discontinuity }) => discontinuity));
    equal(source.figures?.connections, connections);
    peer.close();
  }
  deepEqual(flags, [false, false, true, false]);
});

Deno.test("WebsocketSource makes samples, which go on from each other, and begin anew after a gap", async () => {
  await using server = new RawServer();
  await using source = await open(server.port, { format: "s16", channels: 1, sampleRateHz: 1000 });
  deepEqual(source.announced("audio"), { kind: "audio", sampleRateHz: 1000, channels: 1 });
  source.advance(5e9);
  await source.run();
  const first = await server.next();
  await first.accept();
  await first.send([0, 0x40, 0, 0xc0]);
  await first.send([0, 0]);
  await first.send([1, 2, 3]);
  await until(source, () => source.figures?.refused === 1);
  source.advance(1e9);
  await first.send([0, 0]);
  await until(source, () => source.figures?.received === 3);
  deepEqual(
    source.takeAudio("audio").map(({ ptsNs, channels, discontinuity }) => [ptsNs, [...channels[0]], discontinuity]),
    [
      [5e9, [0.5, -0.5], false],
      [5.002e9, [0], false],
      [6e9, [0], true],
    ],
  );
});

Deno.test("WebsocketSource writes items to the output of their kind, and ends with the item that says so", async () => {
  await using server = new RawServer();
  await using source = await open(server.port, { format: "items" });
  await source.run();
  const peer = await server.next();
  await peer.accept();
  const channels = [Float32Array.of(1, 0.5)];
  for (
    const payload of [
      { kind: "audio", sampleRateHz: 1000, channels, ptsNs: 7 },
      { kind: "packet", columns: { x: Int32Array.of(1, 2) }, ptsNs: 8 },
      { kind: "text", text: "t" },
      { kind: "end" },
    ] as const
  ) {
    const bytes = binaryFormat().serialize(new TransportData(payload));
    await peer.write([0x82, 126, bytes.length >> 8, bytes.length & 0xff, ...bytes]);
  }
  await until(source, () => source.finished);
  const [block] = source.takeAudio("audio");
  deepEqual([block.ptsNs, [...block.channels[0]]], [7, [1, 0.5]]);
  deepEqual(source.takeData("data"), [{ x: Int32Array.of(1, 2) }, "t"]);
});

Deno.test("WebsocketSource reads nothing while the links are full, and then loses nothing", async () => {
  await using server = new RawServer();
  await using source = await open(server.port, { format: "json" }, { mode: "offline" });
  await source.run();
  const peer = await server.next();
  await peer.accept();
  // More than the system's buffers hold.
  const text = JSON.stringify("x".repeat(60_000));
  const message = Uint8Array.of(0x81, 126, text.length >> 8, text.length & 0xff, ...new TextEncoder().encode(text));
  let sent = 0;
  const sending = (async () => {
    for (; sent < 200; sent++) await peer.write(message);
    await peer.write(ended(1000));
  })();
  let before = -1;
  // The link has room for one, and nobody takes it.
  while (sent !== before) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  ok(sent < 200, `${sent}`);
  let taken = 0;
  await until(source, () => {
    taken += source.takeData("data").length;
    return source.finished;
  });
  await sending;
  equal(taken + source.takeData("data").length, 200);
});

Deno.test("WebsocketSource refuses what is no WebSocket, and says why", async () => {
  await using server = new RawServer();
  const bytes = (...bytes: number[]) =>
    failure(server, async (peer) => {
      await peer.accept();
      await peer.write(bytes);
    });
  const answer = (text: string) =>
    failure(server, async (peer) => {
      await peer.request();
      await peer.write(text);
      peer.close();
    });
  const receive = 'Cannot receive from "ws://127.0.0.1:PORT/feed": ';
  const connect = 'Cannot connect to "ws://127.0.0.1:PORT/feed": ';
  equal(
    await bytes(0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255),
    `InvalidMessage ${receive}a message has 9223372036854776000 bytes or more, at most 1000 are taken; raise "maxBytes"`,
  );
  equal(await bytes(0x81, 0x81, 0, 0, 0, 0, 0), `InvalidMessage ${receive}what it sends is no WebSocket's`);
  equal(await bytes(0xc1, 1, 1), `InvalidMessage ${receive}what it sends is no WebSocket's`);
  equal(await bytes(0x09, 0), `InvalidMessage ${receive}what it sends is no WebSocket's`);
  equal(await bytes(0x80, 1, 1), `InvalidMessage ${receive}the pieces of its messages are out of order`);
  equal(await bytes(0x81, 1, 0xff), `InvalidMessage ${receive}a text is not UTF-8`);
  match(await bytes(0x81, 1, 0x7b), /^InvalidMessage Cannot read a message: it is no JSON: /);
  equal(
    await bytes(0x88, 5, 0x03, 0xf0, ...new TextEncoder().encode("bad")),
    `Busy ${receive}the other side has ended the connection with code 1008, "bad"`,
  );
  equal(
    await failure(server, async (peer) => {
      await peer.accept();
      await peer.write([0x81, 5, 1]);
      peer.close();
    }),
    `Busy ${receive}the other side has broken the connection off`,
  );
  match(
    await answer("HTTP/1.1 401 No\r\n\r\n"),
    /^AccessDenied .*the answer has status 401: it does not know who asks/,
  );
  equal(
    await answer("HTTP/1.1 301 No\r\nLocation: ws://b/c?d\r\n\r\n"),
    `Busy ${connect}the answer has status 301: it sends on to "ws://b/c"; write that one`,
  );
  equal(
    await answer("HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n"),
    `InvalidMessage ${connect}it does not speak WebSocket`,
  );
  equal(await answer("SSH-2.0-x\r\n\r\n"), `Busy ${connect}it does not speak HTTP`);
  equal(await answer("x".repeat(9000)), `Busy ${connect}a line of its answer has more than 8192 bytes`);
});

Deno.test("WebsocketSource is told where nobody listens, and where nobody answers", async () => {
  await using idle = new RawServer();
  await using late = await open(idle.port, { timeoutSeconds: 0.01, retries: 0 });
  await rejects(until(late, () => false), /nobody has accepted within 0\.01 s/);
  const server = new RawServer();
  const { port } = server;
  await using silent = await open(port, { silenceSeconds: 0.02, retries: 0 });
  const silence = rejects(until(silent, () => false), /nothing has come for 0\.02 s, not even an answer to a ping/);
  const peer = await server.next();
  await peer.accept();
  await silence;
  await server[Symbol.asyncDispose]();
  await using nobody = await open(port, { retries: 1 });
  await rejects(until(nobody, () => false), { code: "Busy", message: /nobody listens there; start what is to answer/ });
});

Deno.test("WebsocketSource stops at once, whatever it waits for", async () => {
  await using server = new RawServer();
  for (const wait of ["accept", "message", "retry"] as const) {
    await using source = await open(server.port, { retrySeconds: 30 });
    await source.run();
    const peer = await server.next();
    if (wait !== "accept") await peer.accept();
    if (wait === "retry") peer.close();
    if (wait !== "accept") await until(source, () => source.figures?.connections === 1);
    source.stop();
    await until(source, () => source.finished);
  }
});
