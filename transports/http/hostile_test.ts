/** Clients that mean no good, or die: the server goes on, holds little, and leaves no session behind. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import { type Served, served } from "./fixtures/served.ts";
import { textItem, textJson, textOf, until } from "../fixtures/text_items.ts";
import { FRAMES_TYPE, joinFrames } from "./wire.ts";
import { WebSocketTransport } from "./web_socket_transport.ts";

/** How many messages are mutated, each way. */
const MUTATIONS = Deno.env.get("SLUICE_DEEP") === "1" ? 10_000 : 60;

const encoder = new TextEncoder();
const format = binaryFormat();

Deno.test("mutated bodies are answered with 4xx, or as the items that they still are", async () => {
  await using at = served();
  const random = generator(1);
  const frames = joinFrames([encoder.encode('"echo"'), format.serialize(textItem("abc", "in"))]);
  const json = encoder.encode(JSON.stringify({ graph: "echo", inputs: [textJson("abc")] }));
  for (let k = 0; k < MUTATIONS; k++) {
    for (const [type, body] of [[FRAMES_TYPE, frames], ["application/json", json]] as const) {
      const answer = await fetch(`${at.server.url}/v1/execute`, {
        method: "POST",
        body: mutate(body, random),
        headers: { "content-type": type },
      });
      const text = await answer.text();
      ok(answer.status === 200 || (answer.status >= 400 && answer.status < 500), text);
    }
  }
  await works(at);
});

Deno.test("mutated items of a stream are refused or taken, and their session goes on", async () => {
  await using at = served();
  const random = generator(2);
  let socket = await openStream(at);
  const item = format.serialize(textItem("abc", "in"));
  for (let k = 0; k < MUTATIONS; k++) {
    const answered = new Promise((resolve) => {
      socket.onmessage = ({ data }) => (typeof data !== "string" || JSON.parse(data).type !== "taken") && resolve(data);
    });
    socket.send(mutate(item, random));
    const answer = await answered;
    ok(typeof answer !== "string" || ["refused", "end"].includes(JSON.parse(answer).type), `${answer}`);
    // One that was made an end ends its session.
    if (typeof answer === "string" && JSON.parse(answer).type === "end") {
      await until(() => at.echo.open.length === 0);
      socket = await openStream(at);
    }
  }
  socket.close();
  await works(at);
});

Deno.test("mutated text messages end their stream with an error, or say what they still may", async () => {
  await using at = served();
  const random = generator(3);
  const window = { items: 4, bytes: 1_000_000 };
  const messages = [{ type: "graph", graph: "echo", window }, { type: "taken", items: 1 }];
  for (let k = 0; k < MUTATIONS / 2; k++) {
    const socket = new WebSocket(`${at.server.url.replace("http", "ws")}/v1/stream`);
    await new Promise((resolve) => socket.onopen = resolve);
    const said: string[] = [];
    const answered = Promise.withResolvers<void>();
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.onmessage = ({ data }) => {
      said.push(typeof data === "string" ? JSON.parse(data).type : "item");
      if (said[0] !== "ready" || said.length > 1) answered.resolve();
    };
    const decoder = new TextDecoder();
    const [graph, taken] = messages.map((each) => encoder.encode(JSON.stringify(each)));
    socket.send(decoder.decode(k % 2 === 0 ? mutate(graph, random) : graph));
    socket.send(format.serialize(textItem("abc", "in")));
    socket.send(decoder.decode(k % 2 === 1 ? mutate(taken, random) : taken));
    await answered.promise;
    ok(["failed", "ready"].includes(said[0]) && ["failed", "item", undefined].includes(said[1]), said.join());
    socket.close();
    await closed;
  }
  await works(at);
});

Deno.test("requests that are cut short, and upgrades that are none, leave nothing behind", async () => {
  await using at = served({ limits: { bodyMs: 100, openMs: 100 } });
  const { hostname, port, host } = new URL(at.server.url);
  const upgrade = `GET /v1/stream HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
  const key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
  const heads = [
    "",
    "GET",
    `POST /v1/execute HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"gra`,
    `POST /v1/sessions HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n{`,
    `${upgrade}\r\n`,
    `${upgrade}${key}\r\n`,
    // A frame of an exabyte, one with a reserved opcode, and one without a mask.
    `${upgrade}${key}\r\n\x82\xff\x0f\xff\xff\xff\xff\xff\xff\xff`,
    `${upgrade}${key}\r\n\x8f\x80\x00\x00\x00\x00`,
    `${upgrade}${key}\r\n\x81\x02{}`,
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  ];
  const connections = await Promise.all(heads.map(async (head) => {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(Uint8Array.from(head, (letter) => letter.charCodeAt(0)));
    return connection;
  }));
  await until(() => at.server.connections > 0);
  await until(() => at.server.connections === 0);
  for (const each of connections) each.close();
  await works(at);
  const metrics = await (await fetch(`${at.server.url}/metrics`)).text();
  ok(/http_body_bytes 0\n/.test(metrics) && /http_sessions 0\n/.test(metrics), metrics);
});

Deno.test("a client that is killed in mid-stream takes its session with it, and no other", async () => {
  await using at = served();
  const other = await new WebSocketTransport(at.server.url).stream("echo");
  const script = `
    const { WebSocketTransport } = await import(${JSON.stringify(import.meta.resolve("./web_socket_transport.ts"))});
    const { TransportData } = await import(${
    JSON.stringify(import.meta.resolve("../../core/pipeline/transport_data.ts"))
  });
    const session = await new WebSocketTransport(${JSON.stringify(at.server.url)}).stream("echo");
    for (;;) {
      await session.sendInput(new TransportData({ kind: "bytes", bytes: new Uint8Array(10_000) }));
      await session.recvOutput();
    }`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", "--no-check", script] }).spawn();
  await until(() => at.echo.sessions.length === 2 && at.echo.sessions[1].taken > 3);
  child.kill("SIGKILL");
  await child.status;
  await until(() => at.echo.open.length === 1 && at.server.connections === 1);
  for (let k = 0; k < 10; k++) {
    await other.sendInput(textItem(`${k}`));
    equal(textOf(await other.recvOutput()), `${k}`);
  }
  equal(at.echo.sessions[0].taken, 10);
  await other.close();
});

Deno.test("a connection whose other end is silent is closed, and its session with it", async () => {
  await using at = served({ limits: { idleSeconds: 1 } });
  const { hostname, port, host } = new URL(at.server.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const graph = JSON.stringify({ type: "graph", graph: "echo" });
  const head = `GET /v1/stream HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  await connection.write(encoder.encode(head));
  await connection.write(Uint8Array.of(0x81, 0x80 | graph.length, 0, 0, 0, 0, ...encoder.encode(graph)));
  await until(() => at.echo.open.length === 1);
  // It answers no ping.
  await until(() => at.echo.open.length === 0 && at.server.connections === 0);
});

/** Asserts that the server still serves, and holds no session. */
async function works(at: Served): Promise<void> {
  const answer = await at.post("/v1/execute", { graph: "echo", inputs: [textJson("still")] });
  equal((await answer.json()).outputs[0].text, "still");
  await until(() => at.echo.open.length === 0);
  deepEqual(at.echo.open, []);
}

async function openStream(at: Served): Promise<WebSocket> {
  const socket = new WebSocket(`${at.server.url.replace("http", "ws")}/v1/stream`);
  await new Promise((resolve) => socket.onopen = resolve);
  const ready = new Promise((resolve) => socket.onmessage = resolve);
  socket.send(JSON.stringify({ type: "graph", graph: "echo" }));
  await ready;
  return socket;
}

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Changes bytes, cuts, or repeats a part. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array<ArrayBuffer> {
  const below = (most: number) => Math.floor(random() * most);
  const kind = below(4);
  if (kind === 0) return bytes.slice(0, below(bytes.length));
  if (kind === 1) return new Uint8Array([...bytes, ...bytes.subarray(below(bytes.length))]);
  const mutated = bytes.slice();
  for (let k = 0; k <= below(3); k++) mutated[below(mutated.length)] = below(256);
  return mutated;
}
