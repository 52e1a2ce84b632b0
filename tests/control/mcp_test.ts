/** Agents that build and change graphs over `/mcp`. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { type ControlOptions, serveControl } from "../../control.ts";
import { nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { TOOLS } from "../../control/mcp/mcp_server.ts";

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
  const call = async (name: string, args: Args = {}) => {
    const { isError = false, content, structuredContent } = await client.callTool({ name, arguments: args });
    const [{ text }] = content as { text: string }[];
    // deno-lint-ignore no-explicit-any -- the assertions say what it is
    return { isError, text, data: structuredContent as Record<string, any> };
  };
  const done = async (name: string, args: Args = {}) => {
    const answer = await call(name, args);
    ok(!answer.isError, `${name}: ${answer.text}`);
    return answer;
  };
  const refused = async (name: string, args: Args = {}): Promise<string> => {
    const { isError, text, data } = await call(name, args);
    ok(isError, `${name} was not refused: ${text}`);
    const { code, message } = data.error;
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
  equal(await refused("add_processor", { type: "gain", config: { gainDb: "${env:HOME}" } }), "InvalidConfig");
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

Deno.test("at /mcp/read-only there are only tools that change nothing", async () => {
  await using served = await serveEmpty();
  await using agent = await connect(served.server.url, "/mcp/read-only");
  const { tools } = await agent.client.listTools();
  const reads = TOOLS.filter(({ effect }) => effect === "reads").map(({ name }) => name);
  deepEqual(tools.map(({ name }) => name), reads);
  ok(tools.every(({ annotations }) => annotations?.readOnlyHint === true));
  await rejects(agent.call("add_processor", { type: "gain" }), /the server is read-only/);
  await agent.done("get_graph");
});
