/** Stages that do what they should not: the node is named, and what can go on does. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { tapLog } from "../../core/log.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

let loaded: Promise<NodeRegistry> | undefined;

async function load(): Promise<NodeRegistry> {
  await using folder = await PluginFolder.make();
  const { packages, refused } = await loadPlugins([await folder.addC("rogue", { file: "rogue.c" })]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

function rogue(name: string, fn: (registry: NodeRegistry) => Promise<void>): void {
  const title = noPlugins === undefined ? name : `${name} (left out: ${noPlugins})`;
  Deno.test({
    name: `rogue stages: ${title}`,
    ignore: noPlugins !== undefined,
    fn: async () => await fn(await (loaded ??= load())),
  });
}

rogue("one that does not return from create() is refused after setupTimeoutMs, by name", async (registry) => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/go-on`;
  const runtime = new Runtime({ native: "require", registry, setupTimeoutMs: 50 });
  runtime.addByType("com.example.rogue-wait", { path }, { id: "waits", lane: "native" });
  // The runtime gives the thread some time to end: it does once it is known what is said.
  const stopTap = tapLog(({ message }) => {
    if (message.startsWith('Lane "native" has not closed: a call of "waits"')) Deno.writeTextFileSync(path, "");
  });
  await rejects(runtime.start(), {
    code: "Timeout",
    message:
      'Node "waits" (com.example.rogue-wait) did not return from setup() within 50 ms, and keeps lane "native"; if it ' +
      'may take longer, raise "setupTimeoutMs" of the runtime',
  });
  stopTap();
  await runtime[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

rogue("an edit with one that does not return from create() is refused, by name", async (registry) => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/go-on`;
  const runtime = new Runtime({ native: "require", registry });
  runtime.addByType("com.example.rogue-wait", { path: folder }, { id: "here", lane: "native" });
  await runtime.start();
  const edit = runtime.edit((edit) => {
    edit.addByType("com.example.rogue-wait", { path }, { id: "waits", lane: "native" });
  }, { timeoutMs: 50 });
  await rejects(edit, {
    code: "Timeout",
    message:
      /^Cannot edit the graph: lane "native" was not ready within 50 ms: "waits" has not returned from setup\(\)$/,
  });
  await Deno.writeTextFile(path, "");
  await runtime.stop();
  await runtime[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

const OVERRUNS: readonly (readonly [what: string, where: string, config: Record<string, number | boolean>])[] = [
  ["a byte beyond a frame that it hands on", "beyond the end", { beyond: 1 }],
  ["a byte beyond a frame that it gives back", "beyond the end", { beyond: 1, handsOn: false }],
  ["a byte far beyond a frame", "beyond the end", { beyond: 601, skip: 600 }],
  ["the byte before a frame", "before the beginning", { before: 1 }],
  ["a byte of the times of a frame", "before the beginning", { before: 60 }],
  ["the first byte of the header of a frame", "before the beginning", { before: 128 }],
];

for (const [what, where, config] of OVERRUNS) {
  rogue(`one that writes ${what} is caught in development mode`, async (registry) => {
    await using runtime = new Runtime({ native: "require", registry, development: true });
    const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 2 }), { id: "source" });
    const supervision = "disable";
    const { handsOn = true } = config;
    runtime.addByType("com.example.rogue-overrun", config, { id: "wrong", lane: "native", supervision });
    runtime.addByType("com.example.rogue-overrun", { handsOn }, { id: "right", lane: "native", supervision });
    const sinks = ["wrong", "right"].map((id) => {
      const sink = runtime.add(appSink.audio(), { id: `from-${id}` });
      runtime.connectByName("source.audio", `${id}.audioIn`, { policy: "lossless" });
      runtime.connectByName(`${id}.audioOut`, `from-${id}.audio`, { policy: "lossless" });
      return sink;
    });
    const errors: unknown[] = [];
    runtime.events.on("error", (event) => errors.push("error" in event && event.error));
    await runtime.start();
    const counts = sinks.map((sink) => countOf(sink));
    for (let k = 0; k < 3; k++) await source.push({ channels: [Float32Array.of(k), Float32Array.of(-k)] });
    source.end();
    const { pools, nodes } = await runtime.finished;
    deepEqual(await Promise.all(counts), [0, handsOn ? 3 : 0]);
    deepEqual(nodes.map(({ id, state }) => [id, state]).slice(1, 3), [["wrong", "disabled"], ["right", "ended"]]);
    deepEqual(errors.map((error) => (error as Error).message), [
      'Node "wrong" (com.example.rogue-overrun) failed in its native stage: it wrote ' +
      `${where} of an audio frame, in a slot of pool "audio"`,
    ]);
    for (const pool of pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
  });
}

async function countOf(sink: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of sink) count++;
  return count;
}
