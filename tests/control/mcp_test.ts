/** Agents that build and change graphs over `/mcp`. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { type ControlOptions, serveControl } from "../../control.ts";
import { logger } from "../../core/log.ts";
import { nodePackage, NodeRegistry, nodes, Runtime } from "../../mod.ts";
import { TOOLS } from "../../control/mcp/mcp_server.ts";
import { ERROR_META_KEY } from "../../control/mcp/tool.ts";

import { countHidden } from "../fixtures/hidden_nodes.ts";
import { laggard } from "../fixtures/lagging.ts";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";

type Args = Record<string, unknown>;

async function serveEmpty(options: ControlOptions = {}) {
  const registry = new NodeRegistry([nodePackage]);
  const runtime = new Runtime({ mode: "live", registry, endsWithSources: false });
  const server = serveControl(runtime, { port: 0, ...options });
  await Promise.resolve();
  return {
    runtime,
    server,
    async [Symbol.asyncDispose]() {
      await server.close();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

/** A client of a server, and what calls answer. */
async function connect(url: string, path = "/mcp", era: "legacy" | "auto" = "legacy", headers: HeadersInit = {}) {
  const client = new Client({ name: "an agent", version: "1" }, { versionNegotiation: { mode: era } });
  await client.connect(new StreamableHTTPClientTransport(new URL(path, url), { requestInit: { headers } }));
  // From now on the client holds answers against the schemas.
  await client.listTools();
  const call = async (name: string, args: Args = {}) => {
    const { isError = false, content, structuredContent, _meta } = await client.callTool({ name, arguments: args });
    const [{ text }] = content as { text: string }[];
    // deno-lint-ignore no-explicit-any -- the assertions say what it is
    return { isError, text, data: (structuredContent ?? _meta?.[ERROR_META_KEY]) as Record<string, any> };
  };
  const done = async (name: string, args: Args = {}) => {
    const answer = await call(name, args);
    ok(!answer.isError, `${name}: ${answer.text}`);
    return answer;
  };
  const refused = async (name: string, args: Args = {}): Promise<string> => {
    const { isError, text, data } = await call(name, args);
    ok(isError, `${name} was not refused: ${text}`);
    const { code, message } = data;
    ok(text.startsWith(`${code}: ${message}`), text);
    return code;
  };
  return { client, call, done, refused, [Symbol.asyncDispose]: () => client.close() };
}

for (const era of ["legacy", "auto"] as const) {
  Deno.test(`every tool does what it says, for a client of ${era === "legacy" ? "2025" : "2026"}`, async () => {
    const folder = await Deno.makeTempDir();
    await using served = await serveEmpty({ commands: { roots: [folder] } });
    await using agent = await connect(served.server.url, "/mcp", era);
    const { client, done } = agent;
    equal(client.getNegotiatedProtocolVersion(), era === "legacy" ? "2025-11-25" : "2026-07-28");
    const called = new Set<string>();
    const did = (name: string, args: Args = {}) => (called.add(name), done(name, args));
    const { data: { processors } } = await did("list_processors", { search: "tone", category: "audio" });
    ok(processors.some(({ type }: { type: string }) => type === "tone-source"));
    const described = await did("describe_processor", { type: "gain" });
    equal(described.data.config.properties.gainDb["x-unit"], "dB");
    match(described.text, /gainDb \(a number from -120 to 24 dB, default 0, live\)/);
    const added = await did("add_processor", { type: "tone-source", id: "tone", config: { frequencyHz: 440 } });
    deepEqual([added.data.id, added.data.ports[0].name, added.data.ports[0].direction], ["tone", "audio", "output"]);
    await did("edit", {
      commands: [{ op: "add", type: "gain", id: "gain" }, { op: "add", type: "loudness", id: "level" }],
    });
    await did("add_processor", { type: "http-source", id: "feed", config: { url: "http://127.0.0.1/" } });
    await did("set", { processor: "feed", values: { "headers.A": "1" } });
    const two = await did("set", { processor: "feed", values: { "headers.B": "2", "headers.C": "3" } });
    deepEqual(two.data, { values: { headers: { A: "1", B: "2", C: "3" } } });
    await did("remove", { processor: "feed" });
    await did("start");
    const link = (source_processor: string, source_port: string, dest_processor: string, dest_port: string) =>
      did("connect", { source_processor, source_port, dest_processor, dest_port });
    const first = await link("tone", "audio", "gain", "audioIn");
    await link("gain", "audioOut", "level", "audioIn");
    await did("send_command", { processor: "level", name: "reset" });
    const ports = await did("get_ports", { processor: "gain" });
    equal(ports.data.processors[0].ports[0].connections[0].connection_id, first.data.connection_id);
    deepEqual((await did("set", { processor: "gain", values: { gainDb: -6 } })).data, { values: { gainDb: -6 } });
    await did("bypass", { processor: "gain" });
    await did("move", { processor: "level", lane: "shape" });
    await did("replace", { processor: "tone", type: "tone-source", config: { frequencyHz: 880 } });
    const graph = await did("get_graph", { document: true });
    deepEqual([graph.data.state, graph.data.processors.length, graph.data.connections.length], ["running", 3, 2]);
    const plan = await did("plan", { commands: [{ op: "remove", node: "gain" }] });
    deepEqual(plan.data.removed, ["gain"]);
    await did("disconnect", { connection_id: first.data.connection_id });
    await did("remove", { processor: "gain" });
    await did("apply", { document: graph.data.document });
    deepEqual((await done("get_graph", { document: true })).data.document, graph.data.document);
    const { path } = (await did("save", { path: "saved.json" })).data;
    deepEqual(JSON.parse(await Deno.readTextFile(path)).nodes.tone.config, { frequencyHz: 880 });
    await Deno.remove(folder, { recursive: true });
    await did("undo");
    await did("redo");
    const stats = await did("stats", { over_ms: 300 });
    equal(stats.data.processors.length, 3);
    match(stats.text, /Where the time goes/);
    const levels = (await did("tap", { processor: "tone", port: "audio" })).data;
    deepEqual([levels.kind, levels.what, levels.channels], ["audio", "levels", 1]);
    await did("pause");
    equal((await did("resume")).data.state, "running");
    await did("logs", { level: "trace" });
    const { entries } = (await did("list_changes")).data;
    deepEqual([...new Set(entries.map(({ by }: { by: string }) => by))], ["mcp:an agent"]);
    equal((await did("stop")).data.state, "stopped");
    deepEqual(TOOLS.map(({ name }) => name).filter((name) => !called.has(name)), []);
  });
}

Deno.test("a tool that cannot do what it is asked says why, with a code and what there is", async () => {
  await using served = await serveEmpty();
  await using agent = await connect(served.server.url);
  const { refused, done, call } = agent;
  await done("add_processor", { type: "tone-source", id: "tone" });
  equal(await refused("add_processor", { type: "tone-sourse" }), "NodeTypeNotFound");
  equal(await refused("add_processor", { type: "wav-sink", config: { path: "/tmp/out.wav" } }), "AccessDenied");
  equal(await refused("add_processor", { type: "process", config: { command: "true" } }), "AccessDenied");
  equal(await refused("add_processor", { type: "gain", config: { gainDb: "${env:HOME}" } }), "AccessDenied");
  equal(await refused("add_processor", { kind: "gain" }), "InvalidParams");
  equal(await refused("describe_processor", { type: "nothing" }), "NodeTypeNotFound");
  equal(await refused("list_processors", { search: "nothing-like-it" }), "NodeTypeNotFound");
  equal(await refused("get_ports", { processor: "none" }), "NodeNotFound");
  for (const name of ["remove", "bypass"]) equal(await refused(name, { processor: "none" }), "NodeNotFound", name);
  equal(await refused("move", { processor: "none", lane: "b" }), "NodeNotFound");
  equal(await refused("replace", { processor: "none", type: "gain" }), "NodeNotFound");
  equal(await refused("set", { processor: "none", values: { a: 1 } }), "NodeNotFound");
  equal(await refused("set", { processor: "tone", values: { frequencyHz: "high" } }), "InvalidConfig");
  equal(await refused("disconnect", { connection_id: "link9" }), "LinkNotFound");
  equal(await refused("send_command", { processor: "tone", name: "sing" }), "Busy");
  equal(await refused("edit", { commands: [{ op: "paint" }] }), "InvalidParams");
  equal(await refused("plan", { commands: [{ op: "paint" }] }), "InvalidParams");
  equal(await refused("plan"), "InvalidConfig");
  equal(await refused("apply", { document: { version: 1, nodes: { a: { type: "none" } } } }), "NodeTypeNotFound");
  equal(await refused("save"), "InvalidConfig");
  equal(await refused("save", { path: "../graph.json" }), "AccessDenied");
  equal(await refused("redo"), "Busy");
  equal(await refused("resume"), "Busy");
  const { text } = await call("connect", {
    source_processor: "tone",
    source_port: "sound",
    dest_processor: "tone",
    dest_port: "in",
  });
  match(text, /^PortNotFound: .*\navailable: audio$/s);
  await rejects(call("paint"), /there is no such tool; tools are list_processors, /);
});

Deno.test("tap gives numbers of sound, and pictures of its waveform, of its spectrum and of video", async () => {
  await using served = await serveEmpty();
  await using agent = await connect(served.server.url);
  const { done, refused, client } = agent;
  const tone = { frequencyHz: 1000, amplitude: 0.5 };
  await done("edit", {
    commands: [
      { op: "add", type: "tone-source", id: "tone", config: tone },
      { op: "add", type: "level-meter", id: "level" },
      { op: "add", type: "pattern-source", id: "picture", config: { width: 320, height: 180 } },
      { op: "connect", from: "tone.audio", to: "level.audioIn" },
    ],
  });
  equal(await refused("tap", { processor: "tone", port: "audio" }), "Busy");
  await done("start");
  const { data: levels } = await done("tap", { processor: "tone", port: "audio" });
  ok(Math.abs(levels.peakDb[0] - 20 * Math.log10(0.5)) < 0.1, `${levels.peakDb}`);
  const { data: spectrum } = await done("tap", { processor: "tone", port: "audio", what: "spectrum" });
  ok(Math.abs(spectrum.peakHz - 1000) < 2, `${spectrum.peakHz}`);
  const { data: values } = await done("tap", { processor: "level", port: "levels" });
  ok(Math.abs(values.value.peakDb[0] + 6.02) < 0.1, JSON.stringify(values.value));
  for (
    const [processor, port, what, size] of [
      ["tone", "audio", "waveform", "480x160"],
      ["tone", "audio", "spectrum", "480x160"],
      ["picture", "video", "image", "320x180"],
    ]
  ) {
    const { content } = await client.callTool({ name: "tap", arguments: { processor, port, what } });
    const [, picture] = content as { type: string; mimeType: string; data: string }[];
    deepEqual([picture.type, picture.mimeType], ["image", "image/jpeg"]);
    equal(sizeOf(Uint8Array.fromBase64(picture.data)), size, what);
  }
  equal(await refused("tap", { processor: "tone", port: "audio", what: "image" }), "InvalidConfig");
  equal(await refused("tap", { connection_id: "link9" }), "LinkNotFound");
  equal(await refused("tap"), "InvalidConfig");
});

/** The size that a JPEG says it has. */
function sizeOf(jpeg: Uint8Array): string {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  let at = 2;
  while (view.getUint16(at) !== 0xffc0) at += 2 + view.getUint16(at + 2);
  return `${view.getUint16(at + 7)}x${view.getUint16(at + 5)}`;
}

Deno.test("stats says in words what is wrong: what does not keep up, what was dropped, what waits for a connection", async () => {
  await using runtime = new Runtime({ mode: "live" });
  const tone = runtime.add(nodes.toneSource({ blockSize: 64 }), { id: "tone", lane: "make" });
  const slow = runtime.add(laggard({ by: "work alone" }), { id: "slow", lane: "work" });
  runtime.connect(tone.outputs.audio, slow.inputs.audioIn);
  runtime.add(nodes.gain(), { id: "alone" });
  await runtime.start();
  await using server = serveControl(runtime, { port: 0 });
  await using agent = await connect(server.url);
  const { data, text } = await agent.done("stats", { over_ms: 1_000 });
  const { problems, processors, connections } = data;
  ok(problems.includes('"alone" waits for a connection to its input audioIn'), text);
  match(
    problems.join("\n"),
    /"slow" does not keep up: link0 \(roll-off\) has just dropped \d+ frames, \d+ since the start/,
  );
  equal(processors[0].id, "slow");
  ok(processors[0].busy > 0.5 && processors[0].tick_ms.max >= 8, text);
  ok(connections[0].wait_ms > 0 && connections[0].dropped > 0, text);
  match(text, /^The graph is running; measured over .*\nWhat is wrong:\n- /);
  await runtime.stop();
  match((await agent.done("stats")).text, /^The graph is stopped/);
});

Deno.test("at /mcp/read-only there are only tools that change nothing", async () => {
  await using served = await serveEmpty();
  await using agent = await connect(served.server.url, "/mcp/read-only");
  const { tools } = await agent.client.listTools();
  deepEqual(tools.map(({ name }) => name).sort(), [
    "describe_processor",
    "get_graph",
    "get_ports",
    "list_changes",
    "list_processors",
    "logs",
    "plan",
    "stats",
    "tap",
  ]);
  ok(tools.every(({ annotations }) => annotations?.readOnlyHint === true));
  await rejects(agent.call("add_processor", { type: "gain" }), /the server is read-only/);
  await agent.done("get_graph");
});

/** What a server answers to a call of a tool, without a client. */
function post(
  url: string,
  body: BodyInit,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const given = { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers };
  return fetch(new URL("/mcp", url), { method: "POST", body, headers: given, ...(signal && { signal }) });
}

const LIST = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });

async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

Deno.test("logs answers lines from a level up, after a number, and the newest of them", async () => {
  await using served = await serveEmpty();
  await using agent = await connect(served.server.url);
  const read = async (args: Args) =>
    (await agent.done("logs", args)).data.lines as { readonly seq: number; readonly message: string }[];
  const before = (await read({})).at(-1)?.seq ?? 0;
  for (const k of [1, 2, 3]) logger("control").info(`line ${k} of a test`);
  logger("control").warn("the test warns");
  const messages = async (args: Args) => (await read({ after: before, ...args })).map(({ message }) => message);
  deepEqual(await messages({}), ["line 1 of a test", "line 2 of a test", "line 3 of a test", "the test warns"]);
  deepEqual(await messages({ level: "warn" }), ["the test warns"]);
  deepEqual(await messages({ last: 2 }), ["line 3 of a test", "the test warns"]);
});

Deno.test("the tool tap leaves nothing in the graph, also if nothing comes and its client has gone", async () => {
  await using served = await serveEmpty();
  await using agent = await connect(served.server.url);
  const { done } = agent;
  await done("edit", {
    commands: [
      { op: "add", type: "tone-source", id: "tone" },
      { op: "add", type: "gain", id: "gain" },
    ],
  });
  await done("start");
  const hidden = countHidden(served.runtime);
  await done("tap", { processor: "tone", port: "audio" });
  equal(hidden(), 0);
  const gone = new AbortController();
  const params = { name: "tap", arguments: { processor: "gain", port: "audioOut" } };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  const asked = rejects(post(served.server.url, body, {}, gone.signal).then((answer) => answer.text()));
  await until(() => hidden() === 1);
  gone.abort();
  await asked;
  await until(() => hidden() === 0);
});

Deno.test("/mcp wants the token, and refuses pages of other sites and other names of the server", async () => {
  const token = "a-token-of-some-length";
  await using served = await serveEmpty({ token });
  const { url } = served.server;
  const authorization = `Bearer ${token}`;
  equal(await statusOf(post(url, LIST)), 401);
  equal(await statusOf(post(url, LIST, { authorization: "Bearer another-token-of-it" })), 401);
  equal(await statusOf(post(url, LIST, { authorization, origin: "https://elsewhere.example" })), 403);
  equal(await statusOf(post(url, LIST, { authorization, "sec-fetch-site": "cross-site" })), 403);
  equal(await statusOf(post(url, LIST, { authorization })), 200);
  await using agent = await connect(url, "/mcp", "auto", { authorization });
  await agent.done("get_graph");
  const { port } = new URL(url);
  const { code, stdout } = await new Deno.Command("curl", {
    args: [
      "-s",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      "-H",
      "Host: evil.example",
      "-H",
      `Authorization: ${authorization}`,
    ]
      .concat(["-d", LIST, `http://127.0.0.1:${port}/mcp`]),
  }).output();
  deepEqual([code, new TextDecoder().decode(stdout)], [0, "421"]);
});

Deno.test("/mcp refuses bodies that are too long, batches that are, and what is no message", async () => {
  await using served = await serveEmpty();
  const { url } = served.server;
  const long = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping", params: { filler: "x".repeat(10e6) } });
  equal(await statusOf(post(url, long).catch(() => new Response(null, { status: 413 }))), 413);
  equal(await statusOf(post(url, `[${Array.from({ length: 33 }, () => LIST).join(",")}]`)), 400);
  for (const text of ["", "{", "null", "7", "[]", '{"jsonrpc":"2.0"}']) {
    equal(await statusOf(post(url, text)), 400, text);
  }
  equal(await statusOf(post(url, LIST, { "content-type": "text/plain" })), 415);
  for (const method of ["GET", "DELETE"]) {
    equal(await statusOf(fetch(new URL("/mcp", url), { method, headers: { accept: "text/event-stream" } })), 405);
  }
  const deep = `{"processor":"a","values":{"a":${"[".repeat(2_000)}${"]".repeat(2_000)}}}`;
  const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"set","arguments":${deep}}}`;
  match(await (await post(url, call)).text(), /InvalidParams|too deep|Invalid/);
  equal(await statusOf(post(url, LIST)), 200);
});

rare(Deno.test)("requests of /mcp take from the clients' share of the main thread's time", async () => {
  await using served = await serveEmpty({ limits: { mainShare: 0, connectionShare: 0, requestsPerSecond: 1e6 } });
  const { url } = served.server;
  let [answered, status] = [0, 200];
  while (answered < 10_000 && status === 200) {
    status = await statusOf(post(url, LIST));
    if (status === 200) answered++;
  }
  equal(status, 503, `${answered} answered`);
  ok(answered > 10, `${answered} answered`);
});

Deno.test("a client that goes away leaves nothing behind, and its change is whole", async () => {
  await using served = await serveEmpty();
  const { url } = served.server;
  await using agent = await connect(url);
  for (const name of ["stats", "add_processor"]) {
    const args = name === "stats" ? { over_ms: 5_000 } : { type: "gain", id: "gain" };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } });
    const socket = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
    const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
      `Accept: application/json, text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n`;
    await socket.write(new TextEncoder().encode(head + body));
    socket.close();
  }
  // Later changes wait for it.
  await agent.done("add_processor", { type: "gain", id: "other" });
  const ids = (await agent.done("get_graph")).data.processors.map(({ id }: { id: string }) => id).sort();
  ok(ids.join() === "gain,other" || ids.join() === "other", ids.join());
});

Deno.test("a graph is built, started, paused and stopped in the order in which all that was asked for at once", async () => {
  await using served = await serveEmpty();
  await using agent = await connect(served.server.url);
  const { done } = agent;
  const states = await Promise.all([
    done("edit", { commands: [{ op: "add", type: "tone-source", id: "tone" }] }),
    done("start"),
    done("pause"),
    done("add_processor", { type: "gain", id: "gain" }),
    done("resume"),
    done("set", { processor: "gain", values: { gainDb: -3 } }),
    done("stop"),
  ]);
  deepEqual(states.flatMap(({ data }) => data.state ?? []), ["running", "paused", "running", "stopped"]);
});

Deno.test("several changes at once are made in the order in which they were asked for", async () => {
  await using served = await serveEmpty();
  await using agent = await connect(served.server.url);
  const { done } = agent;
  const link = { source_processor: "tone", source_port: "audio", dest_processor: "gain", dest_port: "audioIn" };
  await Promise.all([
    done("add_processor", { type: "tone-source", id: "tone" }),
    done("add_processor", { type: "gain", id: "gain" }),
    done("connect", link),
    done("start"),
    done("set", { processor: "gain", values: { gainDb: -3 } }),
  ]);
  const titles = (await done("list_changes")).data.entries.map(({ title }: { title: string }) => title);
  deepEqual(titles, ["add tone", "add gain", "connect tone.audio to gain.audioIn", "set gain.gainDb=-3"]);
});

/** Changes a text at random. */
function mutated(text: string, random: () => number): string {
  const at = Math.trunc(random() * text.length);
  const length = Math.trunc(random() * 8);
  const put = ['"', "{", "]", "null", "-1", "1e999", "\\u0000", "__proto__", "\ud800", text.slice(at, at + 40), ""];
  return text.slice(0, at) + put[Math.trunc(random() * put.length)] + text.slice(at + length);
}

async function surviveMutations(count: number): Promise<void> {
  await using served = await serveEmpty({ limits: { requestsPerSecond: 1e6, mainShare: 1e3 } });
  const { url } = served.server;
  await using agent = await connect(url);
  await agent.done("add_processor", { type: "gain", id: "gain" });
  const calls = [
    { name: "add_processor", arguments: { type: "gain", id: "other", config: { gainDb: 3 } } },
    { name: "set", arguments: { processor: "gain", values: { gainDb: 1 } } },
    {
      name: "edit",
      arguments: { commands: [{ op: "add", type: "mixer", id: "mixer" }, { op: "remove", node: "mixer" }] },
    },
    { name: "plan", arguments: { commands: [{ op: "connect", from: "gain.audioOut", to: "mixer.audioIn_0" }] } },
    { name: "undo", arguments: {} },
  ].map((params) => JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }));
  const seed = Math.trunc(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  let state = seed || 1;
  const random = () => (state = state * 48_271 % 0x7fffffff) / 0x7fffffff;
  for (let k = 0; k < count; k++) {
    let text = calls[k % calls.length];
    for (let left = 1 + Math.trunc(random() * 3); left > 0; left--) text = mutated(text, random);
    const response = await post(url, text);
    const answer = await response.text();
    ok(response.status < 500, `${response.status} for ${text}: ${answer}`);
    ok(!/"code":"Internal"/.test(answer), `${text}: ${answer}`);
  }
  await agent.done("get_graph");
}

rare(Deno.test)("/mcp survives 1,000 mutated messages", () => surviveMutations(1_000));
rare(Deno.test)("/mcp survives 10,000 mutated messages", () => surviveMutations(10_000));
