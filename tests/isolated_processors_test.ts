/** Processors in processes of their own: they end badly, may do nothing that they are not allowed, and nothing else ends. */
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { appSink } from "../core/app/app_sink.ts";
import { appSource } from "../core/app/app_source.ts";
import { tapLog } from "../core/log.ts";
import { Runtime } from "../core/runtime.ts";
import type { AddOptions } from "../core/runtime_options.ts";
import type { RunSummary } from "../core/stats.ts";
import { graphWithBeside } from "./fixtures/beside.ts";
import {
  adder,
  changer,
  ending,
  nodePackage,
  paced,
  prober,
  talker,
  type Terms,
} from "./fixtures/isolated/sluice.gen.ts";
import { noPlugins } from "./fixtures/plugins/build.ts";
import { rare } from "./fixtures/rare.ts";
import { until } from "./fixtures/waiting.ts";

const BLOCKS = 30;
const AT = 7;
const all = Array.from({ length: BLOCKS }, (_, k) => k);
const process = { isolate: "process" } as const;
const restart = { restart: { backoffMs: 1, maxBackoffMs: 1 } };

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `isolated processors: ${name}`,
    ignore: noPlugins !== undefined,
    fn: async () => {
      await fn();
      await until(() => remains().length === 0);
    },
  });
}

/** Processes of nodes that this process has started and not seen the end of. */
function remains(): string[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      return words.some((word) => word.startsWith("deno.")) && words.includes(String(Deno.pid)) ? [name] : [];
    } catch {
      // It has ended.
      return [];
    }
  });
}

function graph(mode: "live" | "offline", config: Parameters<typeof ending>[0], options: AddOptions = {}) {
  const names = { id: "node", input: "audioIn", output: "audioOut" };
  const made = graphWithBeside(
    names,
    { mode },
    (runtime) => runtime.add(ending(config), { id: "node", ...process, ...options }),
  );
  const seen = (count: number) =>
    until(() => made.runtime.stats().links.find(({ from }) => from === "node.audioOut")!.written === count);
  return { ...made, seen };
}

function assertExact({ links, pools }: Pick<RunSummary, "links" | "pools">): void {
  for (const { written, read, dropped } of links) {
    equal(written, read + dropped.full + dropped.skipped + dropped.unlinked + dropped.laneLost);
  }
  for (const pool of pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
}

/** How it ends badly, with which options, and what is said of that. */
const ENDS: readonly (readonly [how: "throw" | "exit" | "hang" | "devour" | "keep", AddOptions, said: RegExp])[] = [
  [
    "throw",
    {},
    /Node "node" \(ending\) failed in its process: RangeError: there is no more tape \(processors\.ts:\d+:\d+\)$/,
  ],
  ["exit", {}, /its process \d+ ended with status 3$/],
  ["hang", { callTimeoutMs: 800 }, /its process \d+ did not return within 800 ms and was killed$/],
  [
    "devour",
    { isolateMemoryMb: 128 },
    /its process \d+ (was killed by|ended).*it may have 128 MiB|RangeError: Array buffer allocation failed/,
  ],
  ["keep", {}, /a frame was kept by retain\(\) beyond its tick, which a node in a process of its own cannot do; copy/],
];

for (const [how, options, said] of ENDS) {
  const register = how === "exit" ? test : rare(test);
  register(`${how}: the node is restarted, and all other counts go on`, async () => {
    const world = graph("offline", { how, at: AT }, { supervision: restart, ...options });
    await using runtime = world.runtime;
    const { heard } = await world.start();
    await world.push(0, BLOCKS);
    world.source.end();
    const stats = await runtime.finished;
    const [through, beside] = await heard;
    deepEqual(beside, all);
    // The one that the node had is lost with it, unless it has written it before.
    deepEqual(through, how === "keep" ? all : all.filter((k) => k !== AT));
    assertExact(stats);
    const { errors, restarts, state } = stats.nodes.find(({ id }) => id === "node")!;
    deepEqual([errors, restarts, state], [1, 1, "ended"]);
    await until(() => world.failures.length === 1);
    match(world.failures[0], said);
  });
}

test("a frame that came with its call is lost with the process that took it, and is no process's end again", async () => {
  const world = graph("live", { how: "exit", at: AT }, { supervision: restart });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  for (let k = 0; k < 12; k++) {
    await world.push(k, k + 1);
    await world.seen(k < AT ? k + 1 : k);
  }
  world.source.end();
  const stats = await runtime.finished;
  assertExact(stats);
  const [through] = await heard;
  deepEqual(through, all.slice(0, 12).filter((k) => k !== AT));
  equal(stats.nodes.find(({ id }) => id === "node")!.restarts, 1);
});

rare(test)("a rejection that nobody awaits ends the process of the node alone", async () => {
  const world = graph("live", { how: "reject", at: AT }, { supervision: restart });
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, AT + 1);
  await world.seen(AT + 1);
  await world.push(AT + 1, BLOCKS);
  world.source.end();
  assertExact(await runtime.finished);
  deepEqual((await heard)[1], all);
});

test("a node is replaced with its state by a process that was started ahead; figures and commands go through", async () => {
  const world = graph("live", {});
  await using runtime = world.runtime;
  const { heard } = await world.start();
  await world.push(0, 10);
  await world.seen(10);
  const before = await runtime.command("node", "number");
  await runtime.edit((edit) => void edit.replace("node", ending({ at: -2 })));
  notEqual(await runtime.command("node", "number"), before);
  equal(await runtime.command("node", "blocks"), 10);
  await world.push(10, BLOCKS);
  await world.seen(BLOCKS);
  await until(() => runtime.stats().nodes.find(({ id }) => id === "node")!.figures?.blocks !== undefined);
  world.source.end();
  assertExact(await runtime.finished);
  deepEqual(await heard, [all, all]);
});

rare(test)("no edit of a running graph takes a node out of its process", async () => {
  const world = graph("live", {});
  await using runtime = world.runtime;
  await world.start();
  const edit = runtime.edit((edit) => void edit.replace("node", ending({}), { isolate: false, lane: "other" }));
  await rejects(edit, {
    code: "InvalidGraph",
    message: /in a process of its own, and this one would not; remove the node and add it again$/,
  });
  await runtime.stop();
});

test("a live value reaches the process, and the graph file keeps the isolation", async () => {
  const options = { isolateMemoryMb: 1_000, isolatePermissions: { net: ["example.com"] }, supervision: restart };
  const world = graph("live", { how: "throw" }, options);
  await using runtime = world.runtime;
  const { isolate, isolateMemoryMb, isolatePermissions } = runtime.graph().nodes.node;
  deepEqual({ isolate, isolateMemoryMb, isolatePermissions }, {
    isolate: "process",
    isolateMemoryMb: 1_000,
    isolatePermissions: { net: ["example.com"] },
  });
  await world.start();
  await runtime.setConfig("node", "at", 3);
  await world.push(0, 4);
  await until(() => world.failures.length === 1);
  match(world.failures[0], /no more tape/);
  await runtime.stop();
});

const FORBIDDEN = ["read", "read elsewhere", "write", "env", "library", "run", "net", "ffi", "memory"];

test("a process may do nothing, or what the graph allows; foreign functions never", async () => {
  const path = await Deno.makeTempFile();
  await using runtime = new Runtime({ native: "require", mode: "live" });
  runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.add(prober({ path }), { id: "none", ...process });
  runtime.add(prober({ path }), {
    id: "some",
    ...process,
    isolatePermissions: { read: [path], env: ["HOME"], net: true, import: [] },
  });
  for (const id of ["none", "some"]) runtime.connectByName("source.audio", `${id}.audioIn`);
  await runtime.start();
  const attempts = async (id: string) => {
    const entries = await Promise.all(
      FORBIDDEN.map(async (what) => [what, await runtime.command(id, "attempt", { what })] as const),
    );
    return Object.fromEntries(entries);
  };
  deepEqual(await attempts("none"), Object.fromEntries(FORBIDDEN.map((what) => [what, "NotCapable"])));
  for (const id of ["none", "some"]) {
    equal(await runtime.command(id, "attempt", { what: "fetch a module" }), "not fetched");
  }
  deepEqual(await attempts("some"), {
    ...Object.fromEntries(FORBIDDEN.map((what) => [what, "NotCapable"])),
    read: "done",
    env: "done",
    net: "done",
  });
  await runtime.stop();
  await Deno.remove(path);
});

test("values cross, an asynchronous node looks at its inputs, and a frame goes to two outputs", async () => {
  await using runtime = new Runtime({ native: "require", mode: "offline" });
  const sources = ["left", "right"].map((id) => runtime.add(appSource.data<Terms>(), { id }));
  runtime.add(adder(), { id: "adder", ...process });
  const sinks = ["sum", "copies"].map((id) => runtime.add(appSink.data<Terms>(), { id }));
  for (const id of ["left", "right"]) runtime.connectByName(`${id}.data`, `adder.${id}`);
  for (const id of ["sum", "copies"]) runtime.connectByName(`adder.${id}`, `${id}.data`);
  await runtime.start();
  const heard = Promise.all(sinks.map(async (sink) => {
    const values: number[][] = [];
    for await (const { value } of sink) values.push(value.terms);
    return values;
  }));
  for (let k = 0; k < 20; k++) {
    for (const [s, source] of sources.entries()) await source.push({ value: { terms: [k, s, 0.5] } });
  }
  for (const source of sources) source.end();
  assertExact(await runtime.finished);
  const wanted = Array.from({ length: 20 }, (_, k) => [2 * k, 1, 1]);
  deepEqual(await heard, [wanted, wanted]);
});

rare(test)("a node is heard outside of its ticks, and its timers go on while it waits for frames", async () => {
  const lines: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ message }) => void lines.push(message)));
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.add(talker(), { id: "talker", ...process });
  runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "talker.audioIn");
  runtime.connectByName("talker.audioOut", "sink.audio");
  const events: string[] = [];
  runtime.events.on("node:talker", (event) => {
    if (event.group === "node" && event.kind === "custom") events.push(event.name);
  });
  await runtime.start();
  await until(() => events.length === 2);
  deepEqual(events, ["begun", "fifth"]);
  await runtime.edit((edit) => void edit.replace("talker", talker()));
  ok(await runtime.command("talker", "rounds") as number >= 5);
  source.end();
  await runtime.finished;
  await until(() => lines.includes("teardown speaks"));
  for (const line of ["setup speaks", "snapshot speaks"]) ok(lines.includes(line), line);
});

test("a source keeps its own time, and ends", async () => {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  runtime.add(paced(), { id: "paced", ...process });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("paced.audioOut", "sink.audio");
  await runtime.start();
  const fromMs = performance.now();
  const found: number[] = [];
  for await (const block of sink) found.push(block.channel(0)[0]);
  const tookMs = performance.now() - fromMs;
  const { nodes } = await runtime.finished;
  deepEqual(found, [0, 1, 2]);
  ok(tookMs >= 40, `${tookMs}`);
  equal(nodes.find(({ id }) => id === "paced")!.state, "ended");
});

test("a frame that others read is copied before it is changed, a link may come and go, and a refused value is taken back", async () => {
  await using runtime = new Runtime({ native: "require", mode: "live", stopTimeoutMs: 100 });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.add(changer(), { id: "changer", ...process, supervision: "disable" });
  const [sink, beside] = ["sink", "beside"].map((id) => runtime.add(appSink.audio(), { id }));
  runtime.connectByName("source.audio", "beside.audio", { policy: "lossless" });
  runtime.connectByName("source.audio", "changer.audioIn", { policy: "lossless" });
  runtime.connectByName("changer.audioOut", "sink.audio", { policy: "lossless", capacity: 1 });
  await runtime.start();
  const next = async (from: typeof sink) => (await from[Symbol.asyncIterator]().next()).value!.channel(0)[0];
  const push = (k: number) => source.push({ channels: [Float32Array.of(k)] });
  await push(1);
  deepEqual([await next(sink), await next(beside)], [101, 1]);
  await runtime.edit((edit) => void edit.connectByName("source.audio", "changer.side"));
  await push(2);
  deepEqual([await next(sink), await next(beside)], [1_002, 2]);
  await runtime.edit((edit) => edit.disconnectInput("changer.side"));
  await push(3);
  deepEqual([await next(sink), await next(beside)], [103, 3]);
  await rejects(runtime.setConfig("changer", "times", 13), /thirteen is refused/);
  await push(4);
  deepEqual([await next(sink), await next(beside)], [104, 4]);
  const failures: string[] = [];
  runtime.events.on("node:changer", (event) => {
    if (event.group === "node" && event.kind === "failed") failures.push(event.error.message);
  });
  await runtime.setConfig("changer", "times", 40);
  await push(5);
  await until(() => failures.length > 0);
  match(
    failures[0],
    /Cannot write to "changer\.audioOut": a lossless link of it is full; write at most "burst" frames/,
  );
  await runtime.stop();
});

rare(test)("no process has a permission that the program lacks", async () => {
  const folder = await Deno.makeTempDir();
  const nodes = { gain: { type: "gain", isolate: "process", isolatePermissions: { run: true } } };
  await Deno.writeTextFile(`${folder}/g.json`, JSON.stringify({ version: 1, mode: "live", nodes }));
  const start = new URL("../cli/main.ts", import.meta.url);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      "--allow-ffi",
      start.href,
      "run",
      "g.json",
      "--seconds",
      "1",
    ],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  match(
    new TextDecoder().decode(stderr),
    /Cannot isolate a node of type "gain" with the permission run: this program lacks it/,
  );
  notEqual(code, 0);
  await Deno.remove(folder, { recursive: true });
});

rare(test)("a frame may be changed in development mode, too", async () => {
  await using runtime = new Runtime({ native: "require", mode: "offline", development: true });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.add(changer(), { id: "changer", ...process });
  runtime.add(ending({}), { id: "passing" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "changer.audioIn");
  runtime.connectByName("changer.audioOut", "passing.audioIn");
  runtime.connectByName("passing.audioOut", "sink.audio");
  await runtime.start();
  for (let k = 0; k < 3; k++) await source.push({ channels: [Float32Array.of(k)] });
  source.end();
  const found: number[] = [];
  for await (const block of sink) found.push(block.channel(0)[0]);
  assertExact(await runtime.finished);
  deepEqual(found, [100, 101, 102]);
});

rare(test)("a processor that replaces the arrays of its process writes to no memory that it has not", async () => {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.add(prober(), { id: "vandal", ...process, supervision: "disable" });
  runtime.connectByName("source.audio", "vandal.audioIn");
  await runtime.start();
  equal(await runtime.command("vandal", "attempt", { what: "replace arrays" }), "done");
  // The call is longer than the room for calls. It fails by itself, and not by a signal.
  await rejects(runtime.command("vandal", "attempt", { what: "x".repeat(300_000) }), /RangeError|the node has ended/);
  await runtime.stop();
});

rare(test)("no import map leads the library elsewhere", async () => {
  const folder = await Deno.makeTempDir();
  const library = new URL("../guest/library.ts", import.meta.url).href;
  const made = new URL("./fixtures/isolated/sluice.gen.ts", import.meta.url).href;
  const names = (await Deno.readTextFile(new URL(library))).matchAll(/^export (?:const|(?:async )?function) (\w+)/gm);
  const exports = Array.from(names, ([, name]) => `export const ${name} = () => Deno.exit(0);`).join("\n");
  const files = {
    "deno.json": JSON.stringify({ imports: { [library]: "./evil.ts" } }),
    "made.ts": `export * from ${JSON.stringify(made)};`,
    "evil.ts": `try { Deno.dlopen("libc.so.6", {}); console.log("opened"); } catch (error) { console.log(error.name); }
${exports}`,
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  const lines: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ message }) => void lines.push(message)));
  await using runtime = new Runtime({ native: "require", mode: "live" });
  const type = { ...nodePackage.nodes.find(({ descriptor }) => descriptor.type === "prober")! };
  const moved = { ...type, package: { ...nodePackage, url: `file://${folder}/made.ts` } };
  runtime.add({ type: moved, config: {} }, { id: "node", ...process });
  await rejects(runtime.start());
  ok(lines.includes("NotCapable"), lines.join("; "));
  ok(!lines.includes("opened"));
  await Deno.remove(folder, { recursive: true });
});

test("options that make no sense are refused", async () => {
  const add = (options: AddOptions) => {
    const runtime = new Runtime({ native: "require" });
    runtime.add(prober({}), { id: "node", ...options });
    return Promise.resolve();
  };
  const refused: readonly (readonly [AddOptions, RegExp])[] = [
    [{ isolatePermissions: { net: true } }, /isolatePermissions is said of it without isolate: "process"$/],
    [
      { ...process, isolatePermissions: { ffi: true } as never },
      /there is no permission "ffi"; wanted read, write, net/,
    ],
    [{ ...process, isolatePermissions: "net" as never }, /isolatePermissions is "net", wanted an object such as/],
    [{ ...process, isolatePermissions: { read: "/" } as never }, /read is "\/", wanted true or a list of texts$/],
  ];
  for (const [options, message] of refused) {
    await rejects(async () => await add(options), { code: "InvalidConfig", message });
  }
});
