/** Sessions over a WebSocket: the client of the contract, and sockets that speak by hand. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { HELD_ITEMS } from "../fixtures/echo_pipelines.ts";
import { served } from "./fixtures/served.ts";
import { textItem, textOf, until } from "../fixtures/text_items.ts";
import { WebSocketTransport } from "./web_socket_transport.ts";

const format = binaryFormat();

Deno.test("WebSocketTransport.stream() gives outputs in order, and the end", async () => {
  await using at = served();
  const session = await new WebSocketTransport(at.server.url).stream("echo");
  match(session.sessionId, /^[0-9a-f-]{36}$/);
  await session.sendInput(textItem("a"));
  await session.sendInput(textItem("b"));
  await session.sendInput(new TransportData({ kind: "end" }));
  const outputs: (string | undefined)[] = [];
  for await (const each of session) outputs.push(textOf(each));
  deepEqual(outputs, ["a", "b"]);
  equal(session.isActive, false);
  await rejects(session.sendInput(textItem("c")), { code: "Busy", message: /the session has ended/ });
  await until(() => at.server.connections === 0);
  deepEqual(at.echo.open, []);
});

Deno.test("WebSocketTransport.stream() throws why a graph was refused, and that no server is there", async () => {
  const at = served();
  const transport = new WebSocketTransport(at.server.url);
  await rejects(transport.stream("other"), { code: "InvalidGraph", message: /no such graph/ });
  await at.server.close();
  await rejects(transport.stream("echo"), { code: "Busy", message: /Cannot reach the server/ });
  await rejects(transport.execute("echo", []), { code: "Busy", message: /Cannot reach the server/ });
});

Deno.test("an input that is refused is told at the next call, and the session goes on; a failure ends it", async () => {
  await using at = served();
  const session = await new WebSocketTransport(at.server.url).stream("echo");
  await session.sendInput(textItem("a", "none"));
  await session.sendInput(textItem("b"));
  equal(textOf(await session.recvOutput()), "b");
  await rejects(session.sendInput(textItem("lost")), { code: "PortNotFound", message: /"none"/ });
  await session.sendInput(textItem("c"));
  equal(textOf(await session.recvOutput()), "c");
  await session.sendInput(textItem("", "fail"));
  await rejects(session.recvOutput(), { code: "NodeFailed", message: /"x" failed/ });
  equal(session.isActive, false);
  await until(() => at.echo.open.length === 0);
});

Deno.test("a second call of recvOutput() is refused while one waits", async () => {
  await using at = served();
  const session = await new WebSocketTransport(at.server.url).stream("echo");
  const first = session.recvOutput();
  await rejects(session.recvOutput(), { code: "Busy", message: /another call waits/ });
  await session.sendInput(textItem("a"));
  equal(textOf((await first)!), "a");
  await session.close();
});

Deno.test("an input that is refused last is told at the end", async () => {
  await using at = served();
  const session = await new WebSocketTransport(at.server.url).stream("echo");
  await session.sendInput(textItem("a"));
  await session.sendInput(textItem("b", "none"));
  await session.sendInput(new TransportData({ kind: "end" }));
  equal(textOf(await session.recvOutput()), "a");
  await rejects(session.recvOutput(), { code: "PortNotFound", message: /"none"/ });
  equal(await session.recvOutput(), undefined);
});

Deno.test("WebSocketTransport.stream() gives a server up that does not answer", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = listener.accept();
  const transport = new WebSocketTransport(`http://127.0.0.1:${listener.addr.port}`, { openMs: 20 });
  await rejects(transport.stream("echo"), { code: "Timeout", message: /has not answered for 20 ms/ });
  (await taken).close();
});

Deno.test("a server beats for a client that asks for it, and a client gives a server up that has stopped", async () => {
  await using at = served();
  const socket = new WebSocket(`${at.server.url.replace("http", "ws")}/v1/stream`);
  socket.onopen = () => socket.send(JSON.stringify({ type: "graph", graph: "echo", beatMs: 1 }));
  const said: { type: string; beatMs?: number }[] = [];
  const beaten = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    said.push(JSON.parse(data));
    if (said.filter(({ type }) => type === "beat").length === 2) beaten.resolve();
  };
  await beaten.promise;
  equal(said.find(({ type }) => type === "ready")?.beatMs, 10);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;

  const ready = { type: "ready", sessionId: "x", window: { items: 1, bytes: 1 }, beatMs: 10 };
  await using hung = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "sluice.pipeline.v1" });
    socket.onmessage = () => socket.send(JSON.stringify(ready));
    return response;
  });
  const session = await new WebSocketTransport(`http://127.0.0.1:${hung.addr.port}`, { silenceMs: 30 }).stream("x");
  await rejects(session.recvOutput(), { code: "Timeout", message: /the server has not answered for over 0\.03 s/ });
  await rejects(session.sendInput(textItem("a")), { code: "Timeout" });
  await session.close();
});

Deno.test("a session that is full makes its client wait, and a client that reads nothing makes its session wait", async () => {
  await using at = served({ limits: { windowItems: 6 } });
  const session = await new WebSocketTransport(at.server.url, { windowItems: 5 }).stream("echo");
  const [echo] = at.echo.sessions;
  let sent = 0;
  const all = (async () => {
    for (; sent < 100; sent++) await session.sendInput(textItem(`${sent}`));
  })();
  // Five in the client's hands, one that the server is about to send, four in the session, six on their way.
  await until(() => echo.held.length === HELD_ITEMS && echo.taken >= 5);
  await new Promise((resolve) => setTimeout(resolve, 20));
  ok(echo.taken <= 6 && sent <= 5 + 1 + HELD_ITEMS + 6, `${sent} sent, ${echo.taken} taken`);
  for (let k = 0; k < 100; k++) equal(textOf(await session.recvOutput()), `${k}`);
  await all;
  await session.close();
});

Deno.test("a socket that names no window and does not read holds its session by what waits for the network", async () => {
  await using at = served({ limits: { windowItems: 1_000, windowBytes: 2 ** 30 } });
  const connection = await rawStream(at.server.url);
  await connection.text({ type: "graph", graph: "echo" });
  await until(() => at.echo.sessions.length === 1);
  const [echo] = at.echo.sessions;
  const item = format.serialize(new TransportData({ kind: "bytes", bytes: new Uint8Array(500_000) }));
  let sent = 0;
  const all = (async () => {
    for (; sent < 60; sent++) await connection.binary(item);
  })().catch(() => {});
  let last = -1;
  // Until nothing moves: buffers of the system are full then.
  while (echo.taken === 0 || last !== echo.taken) {
    last = echo.taken;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  ok(echo.taken < 30, `${echo.taken} items of 500 kB were taken`);
  connection.close();
  await all;
  await until(() => at.echo.open.length === 0 && at.server.connections === 0);
});

Deno.test("a client that sends more than the window is told, and loses its session", async () => {
  await using at = served({ limits: { windowItems: 3 } });
  const socket = await plainSocket(at.server.url);
  socket.send(JSON.stringify({ type: "graph", graph: "echo", window: { items: 1, bytes: 1 } }));
  const item = format.serialize(textItem("a"));
  for (let k = 0; k < 20; k++) socket.send(item);
  const { texts, code } = await ended(socket);
  const { type, error } = JSON.parse(texts.at(-1)!);
  equal(type, "failed");
  equal(error.code, "LimitExceeded");
  match(error.message, /more than 3 items .*; wait for "taken"/);
  equal(code, 1008);
  await until(() => at.echo.open.length === 0);
});

Deno.test("what is no message of the protocol ends the stream with an error", async () => {
  await using at = served({ limits: { openMs: 200, graphBytes: 1_000 } });
  const graph = JSON.stringify({ type: "graph", graph: "echo" });
  const cases: [messages: (string | Uint8Array<ArrayBuffer>)[], code: string, message: RegExp][] = [
    [["{"], "InvalidMessage", /it is not JSON/],
    [["[]"], "InvalidMessage", /no JSON object/],
    [[Uint8Array.of(1, 2, 3)], "InvalidMessage", /the first message is binary/],
    [['{"type":"graph"}'], "InvalidMessage", /wanted {"type": "graph"/],
    [['{"type":"graph","graph":"echo","window":{"items":-1}}'], "InvalidMessage", /as "window"/],
    [[JSON.stringify({ type: "graph", graph: "x".repeat(1_000) })], "LimitExceeded", /at most 1000/],
    [[graph, graph], "InvalidMessage", /"taken"/],
    [[graph, '{"type":"taken","items":1}'], "InvalidMessage", /so many are not on their way/],
    [[], "Timeout", /no graph came within 200 ms/],
  ];
  await Promise.all(cases.map(async ([messages, code, message]) => {
    const socket = await plainSocket(at.server.url);
    for (const each of messages) socket.send(each);
    const { texts } = await ended(socket);
    const { type, error } = JSON.parse(texts.at(-1)!);
    deepEqual([type, error.code], ["failed", code]);
    match(error.message, message);
  }));
  await until(() => at.echo.open.length === 0 && at.server.connections === 0);
});

Deno.test("more connections than are allowed are refused, and closing the server ends all of them", async () => {
  const at = served({ limits: { connections: 1 } });
  const transport = new WebSocketTransport(at.server.url);
  const session = await transport.stream("echo");
  await rejects(transport.stream("echo"), { code: "LimitExceeded", message: /1 are open, the most/ });
  await at.server.close();
  await rejects(session.recvOutput(), { code: "Busy", message: /code 1001, "the server ends"/ });
  deepEqual(at.echo.open, []);
});

Deno.test("a session that is idle for too long ends its stream with an error", async () => {
  let fire = () => {};
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, after: (_: number, callback: () => void) => (fire = callback, () => {}) };
  await using at = served({}, { limits: { idleMs: 1_000 }, clock });
  const session = await new WebSocketTransport(at.server.url).stream("echo");
  nowMs = 1_001;
  fire();
  await rejects(session.recvOutput(), { code: "Busy", message: /it was idle for 1000 ms/ });
  deepEqual(at.echo.open, []);
});

/** A WebSocket without subprotocol, open. */
function plainSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/stream`);
  socket.binaryType = "arraybuffer";
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(socket);
    socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
  });
}

/** The texts that a socket gets until it is closed. */
function ended(socket: WebSocket): Promise<{ texts: string[]; code: number }> {
  const texts: string[] = [];
  socket.onmessage = ({ data }) => typeof data === "string" && texts.push(data);
  socket.onerror = null;
  return new Promise((resolve) => socket.onclose = ({ code }) => resolve({ texts, code }));
}

/** A stream over a bare connection, which reads only the answer to its upgrade. */
async function rawStream(url: string) {
  const { hostname, port, host } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const write = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  };
  const head = `GET /v1/stream HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  await write(new TextEncoder().encode(head));
  const answer = new Uint8Array(1_024);
  const length = await connection.read(answer) ?? 0;
  match(new TextDecoder().decode(answer.subarray(0, length)), /^HTTP\/1.1 101/);
  const frame = (opcode: number, payload: Uint8Array) => {
    const bytes = new Uint8Array(14 + payload.length);
    bytes.set([0x80 | opcode, 0x80 | 127]);
    // The mask is 0, by which the payload stays as it is.
    new DataView(bytes.buffer).setBigUint64(2, BigInt(payload.length));
    bytes.set(payload, 14);
    return write(bytes);
  };
  return {
    text: (message: object) => frame(1, new TextEncoder().encode(JSON.stringify(message))),
    binary: (payload: Uint8Array) => frame(2, payload),
    close: () => connection.close(),
  };
}
