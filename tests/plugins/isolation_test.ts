/** Stages in processes of their own: they crash, hang, take all memory and are killed, and nothing else ends. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { tapLog } from "../../core/log.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import { checkGraph } from "../../core/graph/load.ts";
import type { GraphEdit } from "../../core/live/graph_edit.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { nativeNodes, nativePackage } from "../../core/registry/fixtures/test_stages.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { NodeType } from "../../core/registry/node_type.ts";
import { Runtime } from "../../core/runtime.ts";
import type { AddOptions } from "../../core/runtime_options.ts";
import type { RunSummary } from "../../core/stats.ts";
import { graphWithBeside } from "../fixtures/beside.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import { until } from "../fixtures/waiting.ts";
import { rare } from "../fixtures/rare.ts";

const BLOCKS = 30;
const AT = 7;

let folder: PluginFolder | undefined;
let loaded: Promise<NodeRegistry> | undefined;

async function load(): Promise<NodeRegistry> {
  folder = await PluginFolder.make();
  await folder.addC("unruly", { file: "unruly.c" });
  await folder.addC("tools", { file: "tools.c" }, { flags: ['-DPREFIX="com.example.isolated"'] });
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(refused, []);
  return new NodeRegistry([nativePackage, ...packages]);
}

function test(name: string, fn: (registry: NodeRegistry) => Promise<void>): void {
  const title = `isolation: ${name}${noPlugins === undefined ? "" : ` (left out: ${noPlugins})`}`;
  const run = async () => {
    await fn(await (loaded ??= load()));
    deepEqual(remains(), [], "nothing is left of a stage's process");
  };
  Deno.test({ name: title, ignore: noPlugins !== undefined, fn: run });
}

Deno.test.afterAll(async () => await folder?.[Symbol.asyncDispose]());

/** Children that run stages, also dead ones that nobody has waited for, and what this process has open for them. */
function remains(): string[] {
  const found: string[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = /^\d+ \((.*)\) (\S) (\d+) /.exec(Deno.readTextFileSync(`/proc/${name}/stat`));
      if (stat?.[1].startsWith("sluice-stage") && Number(stat[3]) === Deno.pid) found.push(`${name} ${stat[2]}`);
    } catch {
      // It has ended.
    }
  }
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const path = Deno.readLinkSync(`/proc/self/fd/${name}`);
      if (path.includes("sluice-desk")) found.push(path);
    } catch {
      // It was that of the listing.
    }
  }
  return found;
}

function graph(
  registry: NodeRegistry,
  mode: "live" | "offline",
  config: Record<string, unknown>,
  options: AddOptions,
  limits: { readonly stopTimeoutMs?: number; readonly stuckAfterMs?: number } = {},
) {
  const names = { id: "stage", input: "audioIn", output: "audioOut" };
  return graphWithBeside(
    names,
    { mode, registry, ...limits },
    (runtime) => runtime.addByType("com.example.unruly", config, { id: "stage", isolate: "process", ...options }),
  );
}

function assertExact({ links, pools }: Pick<RunSummary, "links" | "pools">): void {
  for (const { written, read, dropped } of links) {
    equal(written, read + dropped.full + dropped.skipped + dropped.unlinked + dropped.laneLost);
  }
  for (const pool of pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
}

const restart = { restart: { backoffMs: 1, maxBackoffMs: 1 } };
const all = Array.from({ length: BLOCKS }, (_, k) => k);

/** How it ends badly, with which options, and what is said of that. */
const ENDS: readonly (readonly [how: string, options: AddOptions, said: RegExp])[] = [
  ["crash", {}, /its process \d+ was killed by SIGSEGV, an access to memory that it does not have$/],
  ["abort", {}, /its process \d+ was killed by SIGABRT, by itself$/],
  ["exit", {}, /its process \d+ ended with status 3$/],
  [
    "devour",
    { isolateMemoryMb: 32 },
    /its process \d+ was killed by SIGABRT, by itself; it may have 32 MiB of memory$/,
  ],
  ["hang", { callTimeoutMs: 800 }, /its process \d+ did not return within 800 ms and was killed$/],
];

for (const mode of ["offline", "live"] as const) {
  for (const [how, options, said] of ENDS) {
    if (how === "hang" && mode === "live") continue;
    test(`${how}: the node is restarted, and all other counts go on, ${mode}`, async (registry) => {
      const world = graph(registry, mode, { how, at: AT }, { supervision: restart, ...options });
      await using runtime = world.runtime;
      const { heard } = await world.start();
      await world.push(0, BLOCKS);
      world.source.end();
      const stats = await runtime.finished;
      const [through, beside] = await heard;
      deepEqual(beside, all);
      // The one that the stage had is lost with it.
      deepEqual(through, all.filter((k) => k !== AT));
      assertExact(stats);
      const stage = stats.nodes.find(({ id }) => id === "stage")!;
      deepEqual([stage.errors, stage.restarts, stage.state], [1, 1, "ended"]);
      deepEqual(stage.figures, { blocks: BLOCKS - AT - 1 });
      await until(() => world.failures.length === 1);
      match(world.failures[0], said);
    });
  }
}

test("a stage that is not supervised fails the run with the reason", async (registry) => {
  const world = graph(registry, "offline", { how: "crash", at: AT }, {});
  const { heard } = await world.start();
  const others = Promise.allSettled([heard, world.push(0, BLOCKS)]);
  const message =
    /^Node "stage" \(com\.example\.unruly\) failed in its native stage: its process \d+ was killed by SIG/;
  await rejects(world.runtime.finished, { code: "NodeFailed", nodeId: "stage", message });
  await others;
});

test("a stage that crashes in create refuses the start", async (registry) => {
  for (const [how, said] of [["crash", /killed by SIGSEGV/], ["exit", /ended with status 3$/]] as const) {
    const { runtime } = graph(registry, "offline", { how, at: -1 }, {});
    await rejects(runtime.start(), { nodeId: "stage", message: said });
  }
});

test("a process that is killed while it has nothing to do is replaced, and no frame is lost", async (registry) => {
  const world = graph(registry, "live", {}, { supervision: restart });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, 10);
  await until(() => runtime.stats().links.find(({ from }) => from === "stage.audioOut")!.written === 10);
  const pid = await runtime.command("stage", "number") as number;
  ok(pid > 0 && pid !== Deno.pid);
  Deno.kill(pid, "SIGKILL");
  await until(() => world.failures.length === 1);
  match(world.failures[0], /its process \d+ was killed by SIGKILL, from outside or for want of memory$/);
  await until(() => runtime.stats().nodes.find(({ id }) => id === "stage")!.restarts === 1);
  await world.push(10, BLOCKS);
  world.source.end();
  assertExact(await runtime.finished);
  deepEqual(await heard, [all, all]);
});

test("a stage that crashes in a command is disabled where that was chosen", async (registry) => {
  const world = graph(registry, "live", {}, { supervision: "disable" });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, 10);
  await rejects(runtime.command("stage", "crash"), { message: /its process \d+ was killed by SIGSEGV/ });
  await until(() => runtime.stats().nodes.find(({ id }) => id === "stage")!.state === "disabled");
  await world.push(10, BLOCKS);
  world.source.end();
  assertExact(await runtime.finished);
  deepEqual((await heard)[1], all);
});

test("what a stage says on its outputs stands in the log under its name", async (registry) => {
  const lines: string[] = [];
  const stop = tapLog(({ level, category, message }) => lines.push(`${level} ${category} ${message}`));
  const world = graph(registry, "offline", { how: "well" }, {});
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, BLOCKS);
  world.source.end();
  await runtime.finished;
  deepEqual(await heard, [all, all]);
  await until(() => lines.some((line) => line.includes("made for well")), () => lines.join("; "));
  stop();
});

for (const isolate of ["process", false] as const) {
  test(`what a stage answers and logs in no UTF-8 comes with marks, and what is no JSON is refused, ${isolate}`, async (registry) => {
    const lines: string[] = [];
    using taps = new DisposableStack();
    taps.defer(tapLog(({ message }) => void lines.push(message)));
    const world = graph(registry, "live", {}, { isolate });
    await using runtime = world.runtime;
    const { heard } = await world.start();
    equal(await runtime.command("stage", "answer oddly"), "20 \ufffdC");
    await until(() => lines.includes("20 \ufffdC"), () => lines.join("; "));
    const odd = '{"a":"' + "b".repeat(64);
    await rejects(runtime.command("stage", "answer no JSON", { a: "b".repeat(99) }), {
      code: "NodeFailed",
      nodeId: "stage",
      message: 'Cannot take the answer of node "stage" to the command "answer no JSON": found `no JSON: ' +
        `${odd}b…\`, wanted JSON; the stage has to answer with that`,
    });
    world.source.end();
    await runtime.finished;
    await heard;
  });
}

test("what a stage prints comes line by line, while it goes on", async (registry) => {
  const lines: string[] = [];
  const stop = tapLog(({ message }) => lines.push(message));
  const world = graph(registry, "live", {}, {});
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await runtime.command("stage", "say");
  await until(() => lines.includes("a line"), () => lines.join("; "));
  ok(!lines.includes("the rest"));
  world.source.end();
  await runtime.finished;
  await heard;
  await until(() => lines.includes("the rest"), () => lines.join("; "));
  stop();
});

test("what a stage says after its edit was given up stands in the log under its name", async (registry) => {
  const heardOf: (string | undefined)[] = [];
  using taps = new DisposableStack();
  const world = graph(registry, "live", {}, { lane: "one" }, { stopTimeoutMs: 100 });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  const config = { how: "babble", at: -1 };
  const edit = runtime.edit((edit) => {
    edit.addByType("com.example.unruly", config, { id: "second", isolate: "process", lane: "one" });
  }, { timeoutMs: 100 });
  await rejects(edit, { code: "Timeout" });
  taps.defer(tapLog(({ nodeId, message }) => message === "and again" && void heardOf.push(nodeId)));
  await until(() => heardOf.length > 0);
  equal(heardOf[0], "second");
  world.source.end();
  await runtime.stop();
  await heard;
});

rare(test)("a process that says it has ended, and has not, is killed", async (registry) => {
  const world = graph(registry, "offline", { how: "lie", at: AT }, { supervision: restart });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, BLOCKS);
  world.source.end();
  assertExact(await runtime.finished);
  deepEqual(await heard, [all.filter((k) => k !== AT), all]);
  match(world.failures[0], /its process \d+ said that it had ended, lived on, and was killed$/);
});

rare(test)("a state that is too long for it is not handed over, and the stage goes on", async (registry) => {
  const world = graph(registry, "offline", { how: "heavy", at: -1 }, { lane: "one" });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, AT);
  await rejects(runtime.move("stage", "two"), {
    message: /snapshot\(\) failed: its state has 67108872 bytes, and an isolated stage can hand over or take 63 MiB /,
  });
  await world.push(AT, BLOCKS);
  world.source.end();
  assertExact(await runtime.finished);
  deepEqual(await heard, [all, all]);
  deepEqual(world.failures, []);
});

rare(test)("a state that is too long for it is not taken, and the stage begins anew", async (registry) => {
  const world = graph(registry, "offline", { how: "heavy", at: -1 }, { isolate: false });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, AT);
  const again = (registry.get("com.example.unruly") as NodeType)({ how: "heavy", at: -1 });
  await rejects(runtime.edit((edit) => void edit.replace("stage", again, { isolate: "process" })), {
    message: /restore\(\) failed: what it is given has \d+ bytes, and an isolated stage can hand over or take 63 MiB /,
  });
  await world.push(AT, BLOCKS);
  world.source.end();
  assertExact(await runtime.finished);
  deepEqual(await heard, [all, all]);
  deepEqual(world.failures, []);
});

rare(test)("one that hangs in flush() is not said to await something", async (registry) => {
  const world = graph(
    registry,
    "offline",
    { how: "hang last", at: -1 },
    { callTimeoutMs: 1_200 },
    { stuckAfterMs: 200 },
  );
  const lines: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ message }) => void lines.push(message)));
  await using runtime = world.runtime;
  const { heard } = await world.start();
  heard.catch(() => {});
  await world.push(0, AT);
  world.source.end();
  await rejects(runtime.finished, { message: /did not return within 1200 ms and was killed/ });
  ok(lines.some((line) => line.includes("has kept lane")));
  deepEqual(lines.filter((line) => line.includes("has awaited")), []);
});

rare(test)("what a stage's process has forked ends with it", async (registry) => {
  const world = graph(registry, "live", {}, {});
  await using runtime = world.runtime;
  const { heard } = await world.start();
  const forked = await runtime.command("stage", "fork") as number;
  ok(isAlive(forked));
  try {
    world.source.end();
    await runtime.finished;
    await heard;
    await until(() => !isAlive(forked));
  } finally {
    if (isAlive(forked)) Deno.kill(forked, "SIGKILL");
  }
});

for (const [what, limits] of [["", {}], [" after it was told of", { stuckAfterMs: 100 }]] as const) {
  rare(test)(
    `a stop kills a process that hangs${what} as soon as its time is over, and all is given back`,
    async (registry) => {
      await stopHanging(registry, limits);
    },
  );
}

async function stopHanging(registry: NodeRegistry, limits: { readonly stuckAfterMs?: number }): Promise<void> {
  const config = { how: "hang", at: AT };
  const world = graph(registry, "live", config, { supervision: restart }, { stopTimeoutMs: 100, ...limits });
  await using runtime = world.runtime;
  const told: string[] = [];
  runtime.events.on("lane:*", ({ kind }) => void told.push(kind));
  const { heard } = await world.start();
  await world.push(0, AT + 1);
  if (limits.stuckAfterMs !== undefined) {
    await until(() => runtime.stats().nodes.find(({ id }) => id === "stage")!.activity.kind === "stuck");
  }
  await runtime.stop();
  const { outcome, links, lanes } = await runtime.finished;
  for (const { written, read, queued } of links) equal(written, read + queued);
  equal(outcome, "stopped");
  // Else one of them does not close, and what it holds is set aside.
  deepEqual(told.filter((kind) => kind !== "started"), lanes.map(() => "closed"));
  await until(() => world.failures.length === 1);
  match(world.failures[0], /its process \d+ was killed in a call, since the graph was stopped$/);
  await heard;
}

test("on a lane with others it crashes and is restarted, and they go on exactly", async (registry) => {
  const world = graph(registry, "live", { how: "crash", at: AT }, { supervision: restart, lane: "shared" });
  await using runtime = world.runtime;
  runtime.add(nativeNodes.nativePass(), { id: "pass", lane: "shared" });
  const third = runtime.add(appSink.audio(), { id: "third" });
  runtime.connectByName("source.audio", "pass.audioIn", { policy: "lossless" });
  runtime.connectByName("pass.audioOut", "third.audio", { policy: "lossless" });
  const { heard } = await world.start();
  const passed = Array.fromAsync(third, (block) => block.channel(0)[0]);
  await world.push(0, BLOCKS);
  world.source.end();
  const stats = await runtime.finished;
  assertExact(stats);
  deepEqual(await heard, [all.filter((k) => k !== AT), all]);
  deepEqual(await passed, all);
  const onLane = stats.nodes.filter(({ lane }) => lane === "shared");
  deepEqual(onLane.map(({ id, restarts }) => [id, restarts]).sort(), [["pass", 0], ["stage", 1]]);
});

test("a stage's process ends with the runtime's, also if that is killed", async () => {
  const script = fileURLToPath(new URL("../fixtures/plugins/isolated_run.ts", import.meta.url));
  const args = ["run", "-A", "--no-check", script, folder!.path];
  await using child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const pid = Number((await reader.read()).value);
  ok(isAlive(pid));
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await until(() => !isAlive(pid));
});

/** Whether a process is there and has not ended. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

test("a node is replaced, and taken out of isolation and into it while it runs, with its state", async (registry) => {
  const world = graph(registry, "live", {}, {});
  await using runtime = world.runtime;
  const { heard } = await world.start();
  const unruly = registry.get("com.example.unruly") as unknown as NodeType<Record<string, unknown>>;
  const pids = [await runtime.command("stage", "number")];
  const changes: ((edit: GraphEdit) => void)[] = [
    (edit) => void edit.replace("stage", unruly({ at: 100 })),
    (edit) => void edit.replace("stage", unruly({}), { isolate: false }),
    (edit) => void edit.replace("stage", unruly({ at: 100 }), { isolate: "process" }),
  ];
  for (const [k, change] of changes.entries()) {
    await world.push(5 * k, 5 * k + 5);
    await runtime.edit(change);
    pids.push(await runtime.command("stage", "number"));
  }
  await world.push(5 * changes.length, BLOCKS);
  world.source.end();
  const stats = await runtime.finished;
  assertExact(stats);
  deepEqual(await heard, [all, all]);
  equal(new Set(pids).size, 4);
  deepEqual(pids.map((pid) => pid === Deno.pid), [false, false, true, false]);
  const stage = stats.nodes.find(({ id }) => id === "stage")!;
  deepEqual(stage.figures, { blocks: BLOCKS });
});

test("packets, their batch sizes and a pool of their own", async (registry) => {
  const pools = { records: { slotBytes: 1_024 } };
  await using runtime = new Runtime({ native: "require", mode: "offline", registry, pools });
  const config = { count: 9, mostRecords: 4, unit: "mV" };
  runtime.addByType("com.example.isolated.records", config, { id: "stage", pool: "records", isolate: "process" });
  const sink = runtime.add(appSink.packet<{ timeNs: "f64"; value: "f32" }>(), { id: "sink" });
  runtime.connectByName("stage.packet", "sink.packet");
  await runtime.start();
  const batches: number[][] = [];
  for await (const batch of sink) batches.push([...batch.column("value")]);
  deepEqual(batches.map(({ length }) => length), [1, 2, 3, 4, 1, 2, 3, 4, 1]);
  deepEqual(batches[3], [3_000, 4_000, 5_000, 6_000]);
  assertExact(await runtime.finished);
});

test("pictures, encoded frames and values", async (registry) => {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const video = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 3, height: 4 }), { id: "video" });
  const encoded = runtime.add(appSource.encoded({ codec: "opus" }), { id: "encoded" });
  const data = runtime.add(appSource.data<{ readonly name: string }>(), { id: "data" });
  const kinds = [["video", "crop"], ["encoded", "trim"], ["data", "pass"]];
  for (const [kind, type] of kinds) {
    runtime.addByType(`com.example.isolated.${type}`, {}, { id: type, isolate: "process" });
    runtime.connectByName(`${kind}.${kind}`, `${type}.${kind}In`);
  }
  const pictures = runtime.add(appSink.video(), { id: "pictures" });
  const units = runtime.add(appSink.encoded(), { id: "units" });
  const values = runtime.add(appSink.data<{ readonly name: string }>(), { id: "values" });
  runtime.connectByName("crop.videoOut", "pictures.video");
  runtime.connectByName("trim.encodedOut", "units.encoded");
  runtime.connectByName("pass.dataOut", "values.data");
  await runtime.start();
  const heard = Promise.all([
    Array.fromAsync(pictures, ({ height, ptsNs }) => ({ height, ptsNs })),
    Array.fromAsync(units, ({ bytes }) => [...bytes]),
    Array.fromAsync(values, ({ value }) => value.name),
  ]);
  await video.push({ planes: [new Uint8Array(48)], ptsNs: 5_000 });
  await encoded.push({ bytes: Uint8Array.of(1, 2, 3) });
  await data.push({ value: { name: "a" } });
  for (const source of [video, encoded, data]) source.end();
  assertExact(await runtime.finished);
  deepEqual(await heard, [[{ height: 2, ptsNs: 5_000 }], [[254, 253]], ["a"]]);
});

test("a thread of the stage's process wakes its node, and a stage writes more than it reads", async (registry) => {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  runtime.addByType("com.example.isolated.device", { count: 25 }, { id: "device", isolate: "process" });
  const values = runtime.add(appSink.packet<{ value: "f32" }>(), { id: "values" });
  runtime.connectByName("device.packet", "values.packet");
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.addByType("com.example.isolated.repeat", {}, { id: "repeat", isolate: "process" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "repeat.audioIn", { capacity: 3 });
  runtime.connectByName("repeat.audioOut", "sink.audio", { capacity: 3 });
  await runtime.start();
  const heard = Promise.all([
    Array.fromAsync(values, (batch) => [...batch.column("value")]),
    Array.fromAsync(sink, (block) => block.channel(0)[0]),
  ]);
  for (let k = 0; k < BLOCKS; k++) await source.push({ channels: [Float32Array.of(k)] });
  source.end();
  assertExact(await runtime.finished);
  const [numbers, samples] = await heard;
  deepEqual(numbers.flat(), Array.from({ length: 25 }, (_, k) => k));
  deepEqual(samples, all.flatMap((k) => [k, k, k]));
});

test("a graph file isolates a node, and the graph says so", async (registry) => {
  const nodes = {
    source: { type: "native-source", config: { count: BLOCKS, blockSize: 16 } },
    stage: { type: "com.example.unruly", isolate: "process", isolateMemoryMb: 64 },
    sink: { type: "native-sink" },
  };
  const links = [
    { from: "source.audio", to: "stage.audioIn" },
    { from: "stage.audioOut", to: "sink.audio" },
  ];
  const text = JSON.stringify({ version: 1, mode: "offline", nodes, links });
  const { document, errors } = checkGraph(text, "graph.json", registry);
  deepEqual(errors, []);
  await using runtime = new Runtime({ ...graphOptions(document!), native: "require", registry });
  buildGraph(document!, runtime);
  const { isolate, isolateMemoryMb } = runtime.graph().nodes.stage;
  deepEqual({ isolate, isolateMemoryMb }, { isolate: "process", isolateMemoryMb: 64 });
  await runtime.start();
  const { nodes: figures } = await runtime.finished;
  equal(figures.find(({ id }) => id === "sink")?.figures?.received, BLOCKS);
});

test("what cannot be isolated is refused by name", (registry) => {
  const runtime = new Runtime({ native: "require", registry });
  const type = "com.example.unruly";
  const add = (options: AddOptions) => () => runtime.addByType(type, {}, { id: "a", ...options });
  const processor = () => runtime.add(appSink.audio(), { id: "a", isolate: "process" });
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [processor, /^Cannot isolate node "a" \(app-sink\): no package exports its type, and a process finds it there$/],
    [add({ isolateMemoryMb: 64 }), /isolateMemoryMb is said of it without isolate: "process"$/],
    [
      add({ isolate: "process", isolateMemoryMb: 1 }),
      /isolateMemoryMb is 1, wanted a whole number from 16 to 1048576$/,
    ],
    [add({ isolate: "lane" as "process" }), /isolate is "lane", wanted "process" or false$/],
    [add({ isolate: false, isolateMemoryMb: 64 }), /isolateMemoryMb is said of it without isolate: "process"$/],
  ];
  for (const [act, message] of refused) throws(act, { code: "InvalidConfig", message });
  // As in edit.replace().
  runtime.addByType(type, {}, { id: "b", isolate: false });
  equal(runtime.graph().nodes.b.isolate, undefined);
  return Promise.resolve();
});
