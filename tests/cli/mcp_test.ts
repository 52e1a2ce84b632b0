/** `sluice mcp`, and a client of another maker. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { type ControlOptions, serveControl } from "../../control.ts";
import { nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { isSameGraph } from "../../control/commands/documents.ts";
import { rare } from "../fixtures/rare.ts";
import { MAIN, ROOT, sluice } from "./command_line.ts";

const TOKEN = "a-token-of-some-length";

/** What a client writes to begin. */
const BEGIN = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "a pipe", version: "1" } },
};

function call(id: number, name: string, args: object = {}): object {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } };
}

/** Begins a command with an open standard input. */
function begin(args: readonly string[], cwd: string): Deno.ChildProcess {
  const env = { NO_COLOR: "1", SLUICE_LOG: "warn" };
  const options = { cwd, env, stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  return new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", MAIN, "mcp", ...args], ...options })
    .spawn();
}

/** Sends messages one after the other, each when the one before is answered. @returns the answers by id */
async function talk(child: Deno.ChildProcess, messages: readonly object[]): Promise<Map<number, { result: object }>> {
  const answers = new Map<number, { result: object }>();
  const writer = child.stdin.getWriter();
  const lines = linesOf(child.stdout);
  for (const message of messages) {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
    const { value } = await lines.next();
    // Whatever else is on standard output is no JSON.
    const answer = JSON.parse(value!);
    answers.set(answer.id, answer);
  }
  await writer.close();
  deepEqual(await Array.fromAsync(lines), []);
  return answers;
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

Deno.test("sluice mcp runs a graph until standard input is closed, finishes its files, and prints answers alone", async () => {
  const folder = await Deno.makeTempDir();
  const child = begin([], folder);
  const stderr = new Response(child.stderr).text();
  const answers = await talk(child, [
    BEGIN,
    call(1, "edit", {
      commands: [
        { op: "add", type: "tone-source", id: "tone" },
        { op: "add", type: "level-meter", id: "level" },
        { op: "add", type: "wav-sink", id: "file", config: { path: "tone.wav" } },
        { op: "add", type: "console-sink", id: "lines", config: { target: "stderr" } },
        { op: "connect", from: "tone.audio", to: "level.audioIn" },
        { op: "connect", from: "level.audioOut", to: "file.audio" },
        { op: "connect", from: "level.levels", to: "lines.data" },
      ],
    }),
    call(2, "start"),
    call(3, "add_processor", { type: "console-sink" }),
    call(4, "add_processor", { type: "wav-sink", config: { path: "-" } }),
    call(5, "add_processor", { type: "wav-sink", config: { path: "../tone.wav" } }),
    call(6, "stats", { over_ms: 500 }),
  ]);
  equal((await child.status).code, 0);
  match(await stderr, /lines/);
  for (const id of [1, 2, 6]) ok(!("isError" in answers.get(id)!.result), JSON.stringify(answers.get(id)));
  for (const id of [3, 4, 5]) match(JSON.stringify(answers.get(id)), /AccessDenied/);
  deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["tone.wav"]);
  const wav = await Deno.readFile(`${folder}/tone.wav`);
  equal(new DataView(wav.buffer).getUint32(4, true), wav.length - 8);
  ok(wav.length > 48_000, `${wav.length} bytes`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sluice mcp begins with a graph file, and saves the graph there", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/graph.json`,
    '{\n  "version": 1,\n  "mode": "live",\n  "nodes": { "gain": { "type": "gain" } }\n}\n',
  );
  const child = begin(["graph.json"], folder);
  const answers = await talk(child, [
    BEGIN,
    call(1, "set", { processor: "gain", values: { gainDb: -3 } }),
    call(2, "save"),
  ]);
  equal((await child.status).code, 0);
  await child.stderr.cancel();
  ok(!("isError" in answers.get(2)!.result), JSON.stringify(answers.get(2)));
  const saved = JSON.parse(await Deno.readTextFile(`${folder}/graph.json`));
  deepEqual(saved, { version: 1, mode: "live", nodes: { gain: { type: "gain", config: { gainDb: -3 } } } });
  await Deno.remove(folder, { recursive: true });
});

async function serveEmpty(options: ControlOptions = { token: TOKEN }) {
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

for (const era of ["legacy", "auto"] as const) {
  Deno.test(`sluice mcp --at passes on what a client of ${era === "legacy" ? "2025" : "2026"} says to a server`, async () => {
    await using served = await serveEmpty();
    const command = (more: readonly string[]) =>
      new StdioClientTransport({
        command: Deno.execPath(),
        args: ["run", "-A", "--no-check", MAIN, "mcp", "--at", served.server.url, ...more],
        env: { ...Deno.env.toObject(), SLUICE_TOKEN: TOKEN },
        cwd: ROOT,
        stderr: "inherit",
      });
    const client = new Client({ name: "an agent", version: "1" }, { versionNegotiation: { mode: era } });
    await client.connect(command([]));
    equal(client.getNegotiatedProtocolVersion(), era === "legacy" ? "2025-11-25" : "2026-07-28");
    await client.callTool({ name: "add_processor", arguments: { type: "gain", id: "gain" } });
    const { structuredContent } = await client.callTool({ name: "list_changes", arguments: {} });
    const { entries: [{ by, title }] } = structuredContent as { entries: { by: string; title: string }[] };
    deepEqual([by, title], ["mcp:an agent", "add gain"]);
    const [content] = (await client.readResource({ uri: "sluice://graph" })).contents;
    match((content as { text: string }).text, /"gain"/);
    await rejects(client.callTool({ name: "paint" }), /there is no such tool/);
    await client.close();
    if (era === "auto") return;
    await client.connect(command(["--read-only"]));
    const { tools } = await client.listTools();
    ok(tools.length > 5 && tools.every(({ annotations }) => annotations?.readOnlyHint === true));
    await client.close();
  });
}

rare(Deno.test)("sluice mcp says why it cannot begin", async () => {
  await using served = await serveEmpty();
  const wrong = await sluice(["mcp", "--at", served.server.url], { env: { SLUICE_TOKEN: "another-token-of-it" } });
  deepEqual([wrong.code, wrong.stdout], [2, ""]);
  match(wrong.stderr, /the token is another one/);
  const nobody = await sluice(["mcp", "--at", "http://127.0.0.1:9"]);
  deepEqual([nobody.code, nobody.stdout], [2, ""]);
  const folder = await sluice(["mcp", "--root", "no-such-folder"]);
  deepEqual([folder.code, folder.stdout], [2, ""]);
  match(folder.stderr, /no-such-folder/);
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, '{"version":1,"nodes":{"out":{"type":"wav-sink","config":{"path":"-"}}}}');
  const stdout = await sluice(["mcp", path]);
  deepEqual([stdout.code, stdout.stdout], [2, ""]);
  match(stdout.stderr, /writes to standard output, which belongs to the protocol/);
  await Deno.remove(path);
});

/** Calls a tool by the MCP Inspector's command line. */
async function inspect(
  url: string,
  tool: string,
  args: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const given = Object.entries(args).flatMap((
    [key, value],
  ) => ["--tool-arg", `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`]);
  const { code, stdout, stderr } = await new Deno.Command("npx", {
    args: ["-y", "@modelcontextprotocol/inspector", "--cli", `${url}/mcp`, "--transport", "http"]
      .concat(["--method", "tools/call", "--tool-name", tool, ...given]),
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  const answer = JSON.parse(new TextDecoder().decode(stdout));
  ok(answer.isError !== true, `${tool}: ${JSON.stringify(answer.content)}`);
  return answer.structuredContent;
}

rare(Deno.test)(
  "the MCP Inspector builds the demo's graph, changes it while it runs, and takes all back and forth",
  async () => {
    await using served = await serveEmpty({});
    const { runtime, server } = served;
    const does = (tool: string, args: Record<string, unknown> = {}) => inspect(server.url, tool, args);
    const add = (id: string, type: string, config = {}) => does("add_processor", { id, type, config });
    const link = (from: string, to: string) => {
      const [[source_processor, source_port], [dest_processor, dest_port]] = [from.split("."), to.split(".")];
      return does("connect", { source_processor, source_port, dest_processor, dest_port });
    };
    const documents = [runtime.graph()];
    const step = async (change: Promise<unknown>) => {
      await change;
      documents.push(runtime.graph());
    };
    await step(add("speech", "chord-source"));
    await step(add("tone", "tone-source", { frequencyHz: 440, amplitude: 0.05 }));
    await step(add("mixer", "mixer", { strategy: "sum" }));
    await step(add("gain", "gain", { gainDb: -3 }));
    await step(add("reverb", "reverb", { wet: 0.25 }));
    await step(add("level", "level-meter"));
    await step(add("spectrum", "spectrum"));
    await does("start");
    await step(link("speech.audio", "mixer.audioIn_0"));
    await step(link("tone.audio", "mixer.audioIn_1"));
    await step(link("mixer.audioOut", "gain.audioIn"));
    await step(link("gain.audioOut", "reverb.audioIn"));
    await step(link("reverb.audioOut", "level.audioIn"));
    await step(link("reverb.audioOut", "spectrum.audio"));
    await step(does("set", { processor: "gain", values: { gainDb: -9 } }));
    await step(does("remove", { processor: "reverb" }));
    for (let k = documents.length - 2; k >= 0; k--) {
      await does("undo");
      ok(isSameGraph(runtime.graph(), documents[k]), `${k}: ${JSON.stringify(runtime.graph())}`);
    }
    for (let k = 1; k < documents.length; k++) {
      await does("redo");
      ok(isSameGraph(runtime.graph(), documents[k]), `${k}: ${JSON.stringify(runtime.graph())}`);
    }
    const summary = (await runtime.stop())!;
    for (const { id, written, read, dropped, queued } of summary.links) {
      equal(written, read + Object.values(dropped).reduce((sum, each) => sum + each) + queued, id);
    }
  },
);
