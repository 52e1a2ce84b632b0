/** The client against servers that do not do what they should. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ControlClient } from "../../control/client/client.ts";
import { RPC_PROTOCOL } from "../../control/schemas/address.ts";
import type { GraphSnapshot } from "../../control/schemas/graph.ts";
import { STATS_COLUMN_COUNT, STATS_HEADER_BYTES } from "../../control/schemas/stats_layout.ts";
import { decodeStats } from "../../control/schemas/stats_frame.ts";
import { address, StatsEncoder } from "../../control/figures/stats_encoder.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { Runtime } from "../../mod.ts";

/** How long the client waits for what does not come; an answer of the server in this process takes far less. */
const CALL_TIMEOUT_MS = 2_000;

/** How long something is waited for, milliseconds: the machine may do much else. */
const PATIENCE_MS = 60_000;

const GRAPH: GraphSnapshot = {
  run: "1",
  version: 0,
  title: "",
  state: "running",
  mode: "live",
  driver: "portable",
  stuckAfterMs: 2_000,
  nodes: [],
  links: [],
  lanes: [],
  pools: [],
};

interface Call {
  readonly id: number;
  readonly method: string;
}

type Notify = (method: string, params: object) => void;

/** A server that answers as it is told to: `undefined` for not at all. @param answer may send notifications first */
function serveRpc(answer: (call: Call, connection: number, notify: Notify) => object | undefined) {
  const openedMs: number[] = [];
  const heard: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: RPC_PROTOCOL });
    const connection = openedMs.push(performance.now());
    socket.onmessage = ({ data }) => {
      const call = JSON.parse(data) as Call;
      heard.push(call.method);
      const notify: Notify = (method, params) => socket.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
      const answered = answer(call, connection, notify);
      if (answered === undefined) return;
      if ("close" in answered) return socket.close();
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: call.id, ...answered }));
    };
    return response;
  });
  return {
    url: `ws://127.0.0.1:${server.addr.port}/rpc`,
    openedMs,
    heard,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function answerWell({ method }: Call): object {
  return method === "graph.get" ? { result: GRAPH } : { result: { subscription: 1, graph: GRAPH } };
}

async function waitFor(fits: () => boolean, what: string): Promise<void> {
  for (const untilMs = performance.now() + PATIENCE_MS; !fits();) {
    ok(performance.now() < untilMs, what);
    await sleep(10);
  }
}

for (const silent of ["graph.get", "stats.subscribe"]) {
  Deno.test(`ControlClient connects anew where "${silent}" is not answered on a line that works`, async () => {
    await using server = serveRpc((call, connection) =>
      call.method === silent && connection === 1 ? undefined : answerWell(call)
    );
    const client = new ControlClient({ url: server.url, minRetryMs: 10, callTimeoutMs: CALL_TIMEOUT_MS });
    const problems: string[] = [];
    client.on("problem", ({ message }) => problems.push(message));
    client.watch({ statsHz: 1 });
    await waitFor(() => server.heard.filter((method) => method === "stats.subscribe").length > 0, "asked");
    await waitFor(() => server.openedMs.length === 2 && client.status === "open", "connected anew");
    await sleep(200);
    deepEqual(problems, [`Cannot wait for "${silent}": no answer within ${CALL_TIMEOUT_MS} ms`]);
    deepEqual([server.openedMs.length, client.status], [2, "open"]);
    client.close();
  });
}

Deno.test("ControlClient connects anew where the server is too busy for a subscription, not where it is asked wrongly", async () => {
  const refuse = (code: number) => ({ error: { code, message: "no", data: { code: "x" } } });
  await using server = serveRpc((call, connection) => {
    if (call.method === "stats.subscribe" && connection === 1) return refuse(-32001);
    return call.method === "events.subscribe" ? refuse(-32000) : answerWell(call);
  });
  const client = new ControlClient({ url: server.url, minRetryMs: 10 });
  let problems = 0;
  client.on("problem", () => problems++);
  client.watch({ statsHz: 1, events: { topics: ["nothing"] } });
  await waitFor(() => server.openedMs.length === 2 && client.status === "open" && problems >= 2, "connected anew");
  await sleep(200);
  deepEqual([server.openedMs.length, client.status], [2, "open"]);
  client.close();
});

Deno.test("ControlClient waits longer each time that a server opens a connection and closes it unanswered", async () => {
  await using server = serveRpc(() => ({ close: true }));
  const client = new ControlClient({ url: server.url, minRetryMs: 20, maxRetryMs: 400 });
  await waitFor(() => server.openedMs.length >= 6, "six tries");
  client.close();
  const waitsMs = server.openedMs.slice(1).map((ms, k) => ms - server.openedMs[k]);
  // Each wait is doubled, and spread by a quarter: the fifth is 320 ms, at least 240.
  ok(waitsMs[4] > 200, String(waitsMs));
});

Deno.test("ControlClient asks a server that is silent whether it is there, and connects anew if not", async () => {
  await using server = serveRpc((call) => call.method === "ping" ? undefined : answerWell(call));
  const client = new ControlClient({ url: server.url, minRetryMs: 10, silenceMs: 50, callTimeoutMs: CALL_TIMEOUT_MS });
  await waitFor(() => server.openedMs.length === 2, "connected anew");
  client.close();
  deepEqual(server.heard.slice(0, 2), ["graph.get", "ping"]);
});

Deno.test("ControlClient loses no line to a subscription that it has given up and that goes on", async () => {
  const line = (seq: number) => ({ seq, timeMs: 0, level: "info", category: "test", message: `line ${seq}` });
  let subscriptions = 0;
  await using server = serveRpc((call, _, notify) => {
    if (call.method === "ping") notify("resync", { subscription: 1, dropped: 1 });
    if (call.method !== "logs.subscribe") return answerWell(call);
    if (++subscriptions === 1) return { result: { subscription: 1, run: "1", recent: [line(1)] } };
    notify("logs", { subscription: 1, lines: [line(3)] });
    return { result: { subscription: 2, run: "1", recent: [line(1), line(2), line(3)] } };
  });
  const client = new ControlClient({ url: server.url });
  const told: number[] = [];
  client.on("logs", (lines) => told.push(...lines.map(({ seq }) => seq)));
  client.watch({ logs: {} });
  await waitFor(() => told.length === 1, "the first line");
  client.call("ping", {}).catch(() => {});
  await waitFor(() => told.includes(3), "the last line");
  deepEqual(told, [1, 2, 3]);
  client.close();
});

Deno.test("decodeStats() believes no size that the message says of itself", () => {
  const view = viewRuntime(new Runtime());
  const message = address(new StatsEncoder().encode(view), 1, 0);
  equal(decodeStats(message.buffer, GRAPH).subscription, 1);
  for (const at of [24, 28, 32, 36]) {
    const wrong = message.slice();
    new DataView(wrong.buffer).setUint32(at, 0xffffffff, true);
    throws(() => decodeStats(wrong.buffer, GRAPH), /^TypeError: Cannot read statistics: they are of 4294967295 \w+, /);
  }
  const longer = new Uint8Array(message.length + 8);
  longer.set(message);
  throws(() => decodeStats(longer.buffer, GRAPH), /: the message has \d+ bytes, wanted \d+$/);
  const one = message.slice();
  new DataView(one.buffer).setUint32(24, 1, true);
  one.fill(8, STATS_HEADER_BYTES, STATS_HEADER_BYTES + STATS_COLUMN_COUNT);
  throws(() => decodeStats(one.buffer, { ...GRAPH, nodes: [0] }), /^TypeError: .* bytes, wanted \d+$/);
});
