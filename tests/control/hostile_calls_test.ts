/** Clients of `/rpc` that send nonsense, too much, or edit the same graph at once. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ControlClient } from "../../control/client/client.ts";
import { CommandLog } from "../../control/commands/command_log.ts";
import { canonical } from "../../control/commands/documents.ts";
import type { Command } from "../../control/schemas/commands.ts";
import { RpcError } from "../../control/schemas/errors.ts";
import { LogEntry } from "../../control/schemas/commands.ts";
import { serveControl } from "../../control.ts";
import { nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { Random } from "../edits/random.ts";
import { rare } from "../fixtures/rare.ts";
import { ask, closed, openSocket } from "./served.ts";

const LIMITS = { callsPerSecond: 1e6, burst: 1e6, mainShare: 1, connectionShare: 1 };

async function serveTone(root?: string) {
  const registry = new NodeRegistry([nodePackage]);
  const runtime = new Runtime({ mode: "live", registry, native: "off", endsWithSources: false });
  runtime.addByType("tone-source", {}, { id: "tone" });
  runtime.addByType("gain", {}, { id: "gain" });
  runtime.addByType("level-meter", {}, { id: "level" });
  runtime.connectByName("tone.audio", "gain.audioIn");
  runtime.connectByName("gain.audioOut", "level.audioIn");
  await runtime.start();
  const server = serveControl(runtime, { port: 0, limits: LIMITS, ...(root && { commands: { roots: [root] } }) });
  return {
    runtime,
    server,
    url: `${server.url.replace("http", "ws")}/rpc`,
    async [Symbol.asyncDispose]() {
      await server.close();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

/** How long an answer may take, milliseconds. */
const PATIENCE_MS = 30_000;

function after(ms: number, text: string): Promise<never> {
  return new Promise((_, reject) => Deno.unrefTimer(setTimeout(() => reject(new Error(`no answer to ${text}`)), ms)));
}

/** Stops a graph, and asserts that its links have counted every frame. */
async function stopCounted(runtime: Runtime): Promise<void> {
  const { links } = (await runtime.stop())!;
  for (const { id, written, read, dropped, queued } of links) {
    equal(written, read + Object.values(dropped).reduce((sum, each) => sum + each) + queued, id);
  }
}

/** Calls of every method that reads or changes the graph by its log. */
const CALLS: readonly { method: string; params: object }[] = [
  {
    method: "graph.edit",
    params: {
      commands: [
        { op: "add", type: "gain", id: "more", config: { gainDb: -3 }, lane: "dsp" },
        { op: "connect", from: "tone.audio", to: "more.audioIn", policy: "latest", capacity: 8 },
      ],
      by: "a test",
    },
  },
  { method: "graph.edit", params: { commands: [{ op: "set", node: "gain", values: { gainDb: -12 } }] } },
  {
    method: "graph.edit",
    params: { commands: [{ op: "disconnect", to: "more.audioIn" }, { op: "remove", node: "more" }] },
  },
  {
    method: "graph.edit",
    params: { commands: [{ op: "replace", node: "gain", type: "gain", config: { gainDb: 1 } }] },
  },
  { method: "graph.edit", params: { commands: [{ op: "rename", node: "more", to: "other" }] } },
  {
    method: "graph.edit",
    params: { commands: [{ op: "move", node: "gain", lane: "dsp" }, { op: "bypass", node: "gain", on: true }] },
  },
  {
    method: "graph.edit",
    params: { commands: [{ op: "addPort", node: "gain", direction: "input", port: "audioIn_1" }] },
  },
  {
    method: "graph.edit",
    params: { commands: [{ op: "add", type: "wav-sink", id: "file", config: { path: "a.wav" } }] },
  },
  { method: "graph.edit", params: { commands: [{ op: "command", node: "gain", name: "reset", args: {} }] } },
  { method: "graph.plan", params: { commands: [{ op: "remove", node: "level" }] } },
  {
    method: "graph.plan",
    params: { document: { version: 1, nodes: { tone: { type: "tone-source", config: {} } }, links: [] } },
  },
  {
    method: "graph.apply",
    params: {
      document: {
        version: 1,
        lanes: {},
        nodes: { tone: { type: "tone-source" }, level: { type: "level-meter", supervision: "fail" } },
        links: [{ from: "tone.audio", to: "level.audioIn" }],
      },
    },
  },
  { method: "graph.undo", params: { by: "a test" } },
  { method: "graph.redo", params: {} },
  { method: "graph.back", params: { to: 0, force: true } },
  { method: "graph.log", params: { after: 3 } },
  { method: "graph.document", params: {} },
  { method: "graph.save", params: { path: "graph.json", force: true } },
  { method: "graph.start", params: {} },
  { method: "node.setConfig", params: { node: "gain", key: "gainDb", value: -4 } },
  { method: "node.bypass", params: { node: "gain", on: false } },
];

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  "",
  "\0",
  "é\ud800",
  "x".repeat(5_000),
  "../x",
  "/etc/passwd",
  "file:///etc/x",
  "${env:HOME}",
  "constructor",
  "toString",
  "tone",
  "tone.audio",
  "level.audioIn",
  "main",
  [],
  {},
  [[[[]]]],
  { a: { b: { c: 1 } } },
  { length: 1e9 },
  "process",
  "wav-sink",
  "media-source",
  "console-sink",
  "native:x",
];
const KEYS = [
  "__proto__",
  "constructor",
  "path",
  "graph",
  "type",
  "ports",
  "isolate",
  "pool",
  "x".repeat(300),
  "",
  "to",
];

/** Changes one place of a value. */
function mutate(random: Random, value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || random.below(4 + depth) === 0) return random.pick(ODD);
  if (Array.isArray(value)) {
    const made = [...value];
    const at = random.below(made.length + 1);
    if (at === made.length) made.push(...made.length === 0 ? [random.pick(ODD)] : made);
    else if (random.below(4) === 0) made.splice(at, 1);
    else made[at] = mutate(random, made[at], depth + 1);
    return made;
  }
  const entries = Object.entries(value);
  const way = random.below(8);
  if (way === 0 || entries.length === 0) {
    return JSON.parse(`{${
      [
        ...entries.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`),
        `${JSON.stringify(random.pick(KEYS))}:${JSON.stringify(random.pick(ODD))}`,
      ].join(",")
    }}`);
  }
  const at = random.below(entries.length);
  if (way === 1) return Object.fromEntries(entries.filter((_, k) => k !== at));
  return Object.fromEntries(entries.map(([key, each], k) => [key, k === at ? mutate(random, each, depth + 1) : each]));
}

/** A message near a valid one. */
function randomMessage(random: Random, id: number): string {
  const { method, params } = random.pick(CALLS);
  let wanted: unknown = params;
  for (let k = random.below(3); k > 0; k--) wanted = mutate(random, wanted);
  const text = JSON.stringify({ jsonrpc: "2.0", id, method, params: wanted });
  if (random.below(10) > 0) return text;
  // Without its id it would be a notification, which has no answer.
  const head = text.indexOf('"method"');
  const at = head + random.below(text.length - head);
  return text.slice(0, at) + random.pick(["", "{", '"', "\\u0000", "9", ",", "\ud800"]) +
    text.slice(at + random.below(3));
}

/** Sends messages near valid ones, and looks at each answer. */
async function sendMutated(count: number): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  {
    await using served = await serveTone(root);
    let socket = await openSocket(served.server);
    const random = new Random(count);
    const codes = new Set<string>();
    const own = [
      Deno.cwd(),
      new URL("../../", import.meta.url).pathname,
      Deno.execPath(),
      Deno.env.get("HOME") ?? root,
    ];
    for (let k = 0; k < count; k++) {
      const text = randomMessage(random, k);
      const answer = await Promise.race([ask(socket, text), after(PATIENCE_MS, text)]) as {
        jsonrpc: string;
        id: unknown;
        error?: unknown;
        result?: unknown;
      };
      const told = JSON.stringify(answer);
      equal(answer.jsonrpc, "2.0", text);
      equal("error" in answer, !("result" in answer), `${text} → ${told}`);
      ok(answer.id === k || answer.id === null || !text.includes(`"id":${k},"method"`), `${text} → ${told}`);
      if (answer.error !== undefined) {
        const { data, message } = RpcError.parse(answer.error);
        codes.add(data?.code ?? "");
        ok(message.length < 20_000, `${text} → ${told}`);
        ok(data?.code !== "Internal", `${text} → ${told}`);
      }
      ok(!/\n {4}at |[a-z_]+\.ts:\d+/.test(told), `${text} → ${told}`);
      for (const each of own) ok(!told.includes(each) || text.includes(each), `${text} → ${told}`);
    }
    for (const code of ["InvalidParams", "NodeNotFound", "AccessDenied", "Busy", "ParseError"]) {
      ok(codes.has(code) || count < 1_000, `${code}: ${[...codes]}`);
    }
    socket.close();
    socket = await openSocket(served.server);
    ok("result" in (await ask(socket, '{"jsonrpc":"2.0","id":1,"method":"ping"}') as object));
    socket.close();
    ok(served.runtime.running);
    await stopCounted(served.runtime);
  }
  await Deno.remove(root, { recursive: true });
}

rare(Deno.test)(
  "300 messages near valid ones are answered, none with what is the server's own",
  () => sendMutated(300),
);
rare(Deno.test)(
  "10,000 messages near valid ones are answered, none with what is the server's own",
  () => sendMutated(10_000),
);

Deno.test("two clients that edit at once are ordered: each edit is made or refused, and the log tells the graph", async () => {
  await using served = await serveTone();
  const EDITS = 200;
  const race = async (name: string) => {
    const client = new ControlClient({ url: served.url });
    await client.ready();
    const random = new Random(name.length);
    const seqs: number[] = [];
    let refused = 0;
    const edit = async () => {
      const id = random.pick(["a", "b", "c"]);
      const commands = random.pick<Command[]>([
        [{ op: "add", type: "gain", id }],
        [{ op: "add", type: "gain", id }, { op: "connect", from: "tone.audio", to: `${id}.audioIn` }],
        [{ op: "remove", node: id }],
        [{ op: "rename", node: id, to: random.pick(["a", "b", "c"]) }],
        [{ op: "set", node: id, values: { gainDb: -random.below(20) } }],
        [{ op: "connect", from: "tone.audio", to: `${id}.audioIn` }],
        [{ op: "disconnect", to: `${id}.audioIn` }],
      ]);
      try {
        seqs.push(LogEntry.parse(await client.call("graph.edit", { commands, by: name })).seq);
      } catch (error) {
        const { code } = error as { code?: string };
        ok(code !== undefined && code !== "Internal", String(error));
        refused++;
      }
    };
    // Eight at a time, so that edits of one client wait, too.
    for (let k = 0; k < EDITS; k += 8) await Promise.all(Array.from({ length: 8 }, edit));
    const { entries } = await client.call("graph.log", {});
    client.close();
    return { seqs, refused, entries };
  };
  const [one, two] = await Promise.all([race("one"), race("other")]);
  for (const { seqs, refused } of [one, two]) {
    equal(seqs.length + refused, EDITS);
    ok(seqs.length > 20 && refused > 20, `${seqs.length} ${refused}`);
    deepEqual(seqs, seqs.toSorted((a, b) => a - b));
  }
  const entries = [one.entries, two.entries].toSorted((a, b) => b.length - a.length)[0];
  deepEqual(entries.map(({ seq }) => seq), entries.map((_, k) => k + 1));
  const made = entries.filter(({ error }) => error === undefined);
  deepEqual(made.map(({ seq }) => seq), [...one.seqs, ...two.seqs].toSorted((a, b) => a - b));
  {
    await using other = await serveTone();
    using log = new CommandLog(other.runtime);
    for (const { commands, by } of made) await log.transact(commands as Command[], by);
    equal(canonical(other.runtime.graph()), canonical(served.runtime.graph()));
    await stopCounted(other.runtime);
  }
  await stopCounted(served.runtime);
});

Deno.test("a document of 10 MB ends its connection alone", async () => {
  await using served = await serveTone();
  const before = canonical(served.runtime.graph());
  const bystander = await openSocket(served.server);
  const socket = await openSocket(served.server);
  const end = closed(socket);
  const document = { version: 1, nodes: { tone: { type: "tone-source", config: { a: "x".repeat(10 << 20) } } } };
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "graph.apply", params: { document } }));
  equal(await end, 1009);
  ok("result" in (await ask(bystander, '{"jsonrpc":"2.0","id":1,"method":"graph.document"}') as object));
  bystander.close();
  equal(canonical(served.runtime.graph()), before);
  await stopCounted(served.runtime);
});

rare(Deno.test)("a document of 10,000 nodes is planned, and refused where a pool has no room for it", async () => {
  await using served = await serveTone();
  const before = canonical(served.runtime.graph());
  const client = new ControlClient({ url: served.url });
  await client.ready();
  const count = 10_000;
  const nodes = Object.fromEntries(
    Array.from({ length: count }, (_, k) => [`n${k}`, { type: k % 2 === 0 ? "tone-source" : "gain" }]),
  );
  const links = Array.from({ length: count / 2 }, (_, k) => ({ from: `n${2 * k}.audio`, to: `n${2 * k + 1}.audioIn` }));
  const document = { version: 1 as const, nodes, links };
  const { added, refused } = await client.call("graph.plan", { document }, PATIENCE_MS);
  deepEqual([added.length, refused], [count, undefined]);
  const error = await client.call("graph.apply", { document }, PATIENCE_MS).catch((each) => each);
  equal(error.code, "PoolExhausted");
  equal(canonical(served.runtime.graph()), before);
  client.close();
  await stopCounted(served.runtime);
});
