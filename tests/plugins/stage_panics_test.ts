/** Stages that panic or fail between two ticks, of which their neighbours on the same lane notice nothing. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { tapLog } from "../../core/log.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { NodeType } from "../../core/registry/node_type.ts";
import { Runtime } from "../../core/runtime.ts";
import type { AddOptions } from "../../core/runtime_options.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import { until } from "../fixtures/waiting.ts";

const TYPE = "com.example.panic";
const BLOCKS = 20;
/** Blocks that come before what is asked of the stage. */
const AT = 12;
const all = Array.from({ length: BLOCKS }, (_, k) => k);

type Ask = (runtime: Runtime, registry: NodeRegistry) => Promise<unknown>;

const configure: Ask = (runtime) => runtime.configure("bad", { value: 1 });
const replaceBy = (place: string, faults = false): Ask => (runtime, registry) => {
  const type = registry.get(TYPE) as unknown as NodeType<Record<string, unknown>>;
  return runtime.edit((edit) => edit.replace("bad", type({ place, faults })));
};

/** What is asked of a stage that panics in a function, how that is refused, and why its node fails, if it does. */
const PANICS: readonly {
  readonly place: string;
  readonly ask?: Ask;
  readonly refusal?: RegExp;
  readonly failure?: string;
}[] = [
  { place: "control", ask: configure, refusal: /: panics on purpose$/, failure: "panics on purpose" },
  {
    place: "restore",
    ask: replaceBy("restore"),
    refusal: /^The edit is in effect, .* state of node "bad" .*: restore\(\) failed: panics on purpose$/,
    failure: "panics on purpose",
  },
  {
    place: "snapshot",
    ask: replaceBy("none"),
    refusal: /^The edit is in effect, .* of node "bad" .*: snapshot\(\) failed: panics on purpose; it begins anew$/,
  },
  { place: "count", failure: "its function count panicked" },
  { place: "destroy", ask: replaceBy("none") },
];

let folder: PluginFolder | undefined;
let loaded: Promise<NodeRegistry> | undefined;

async function load(): Promise<NodeRegistry> {
  // The processes of stages open the library, too.
  folder = await PluginFolder.make();
  const { packages, refused } = await loadPlugins([await folder.addC("panics", { file: "panics.c" })]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

Deno.test.afterAll(async () => await folder?.[Symbol.asyncDispose]());

/** A source → a splitter → `bad` and `good`, each to a sink: the three stages are on one lane. */
function graph(registry: NodeRegistry, config: Readonly<Record<string, unknown>>, options: AddOptions) {
  const runtime = new Runtime({ native: "require", registry, stuckAfterMs: 60_000 });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.addByType("com.example.panic-split", {}, { id: "split", lane: "native" });
  runtime.addByType(TYPE, { ...config, after: AT }, { id: "bad", lane: "native", ...options });
  runtime.addByType(TYPE, {}, { id: "good", lane: "native" });
  const sinks = ["bad", "good"].map((id) => runtime.add(appSink.audio(), { id: `from-${id}` }));
  const links = [
    ["source.audio", "split.audioIn"],
    ["split.left", "bad.audioIn"],
    ["split.right", "good.audioIn"],
    ["bad.audioOut", "from-bad.audio"],
    ["good.audioOut", "from-good.audio"],
  ];
  for (const [from, to] of links) runtime.connectByName(from, to, { policy: "lossless" });
  const warnings: string[] = [];
  runtime.events.on("lane:*", (event) => {
    if (event.group === "lane" && event.kind === "warning") warnings.push(event.message);
  });
  const push = async (from: number, to: number) => {
    for (let k = from; k < to; k++) await source.push({ channels: [Float32Array.of(k)] });
  };
  const bad = () => runtime.stats().nodes.find(({ id }) => id === "bad")!;
  const listen = () => Promise.all(sinks.map((sink) => Array.fromAsync(sink, (block) => block.channel(0)[0])));
  return { runtime, source, warnings, push, bad, listen };
}

const where = [["", undefined], [", in a process of its own", "process"]] as const;

for (const [what, isolate] of where) {
  for (const { place, ask, refusal, failure } of PANICS) {
    for (const supervision of ["fail", "disable", { restart: { backoffMs: 1, maxBackoffMs: 1 } }] as const) {
      const how = typeof supervision === "string" ? supervision : "restart";
      const title = noPlugins === undefined ? "" : ` (left out: ${noPlugins})`;
      Deno.test({
        name: `stage panics: in ${place}${what}, supervision ${how}${title}`,
        ignore: noPlugins !== undefined,
        fn: async () => {
          const registry = await (loaded ??= load());
          const { runtime, source, warnings, push, bad, listen } = graph(registry, { place }, { supervision, isolate });
          await using _ = runtime;
          await runtime.start();
          const heard = listen();
          const ended = Promise.allSettled([heard, runtime.finished]);
          await push(0, AT);
          await until(() => (bad().figures?.blocks ?? 0) === AT || bad().errors > 0);
          if (refusal !== undefined) await rejects(ask!(runtime, registry), { message: refusal });
          else await ask?.(runtime, registry);
          if (how === "fail" && failure !== undefined) {
            const message = `Node "bad" (${TYPE}) panicked in its native stage: ${failure}`;
            await rejects(runtime.finished, { code: "NodeFailed", nodeId: "bad", message });
            await ended;
            return;
          }
          await push(AT, BLOCKS);
          source.end();
          const { nodes, links, pools } = await runtime.finished;
          const [fromBad, fromGood] = await heard;
          deepEqual(fromGood, all);
          const { state, errors, restarts, figures } = nodes.find(({ id }) => id === "bad")!;
          if (how === "disable" && failure !== undefined) {
            deepEqual([state, errors, restarts], ["disabled", 1, 0]);
            deepEqual(fromBad, all.slice(0, AT));
          } else {
            const fails = failure === undefined ? 0 : 1;
            deepEqual([state, errors, restarts], ["ended", fails, fails]);
            deepEqual(fromBad, all);
            deepEqual(figures, { blocks: place === "destroy" ? BLOCKS : BLOCKS - AT });
          }
          const unfreed = `Lane "native": a stage "${TYPE}" was not freed: its function destroy panicked`;
          deepEqual(warnings, place === "destroy" ? [unfreed] : []);
          for (const { written, read, dropped } of links) {
            equal(written, read + dropped.full + dropped.skipped + dropped.unlinked + dropped.laneLost);
          }
          for (const pool of pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
        },
      });
    }
  }
}

/** What is asked of a stage that answers with a fault in a function, and how that is refused. */
const FAULTS: readonly { readonly place: string; readonly ask?: Ask; readonly refusal?: RegExp }[] = [
  {
    place: "restore",
    ask: replaceBy("restore", true),
    refusal: /^The edit is in effect, .* of node "bad" .*: restore\(\) failed: panics on purpose; it begins anew$/,
  },
  {
    place: "snapshot",
    ask: replaceBy("none"),
    refusal: /^The edit is in effect, .* of node "bad" .*: snapshot\(\) failed: panics on purpose; it begins anew$/,
  },
  { place: "count" },
];

for (const [what, isolate] of where) {
  for (const { place, ask, refusal } of FAULTS) {
    const title = noPlugins === undefined ? "" : ` (left out: ${noPlugins})`;
    Deno.test({
      name: `stage faults: in ${place}${what} is told, and the node goes on${title}`,
      ignore: noPlugins !== undefined,
      fn: async () => {
        const registry = await (loaded ??= load());
        const { runtime, source, push, bad, listen } = graph(registry, { place, faults: true }, { isolate });
        await using _ = runtime;
        const lines: string[] = [];
        const stopTap = tapLog(({ level, nodeId, message }) => {
          if (nodeId === "bad") lines.push(`${level} ${message}`);
        });
        await runtime.start();
        const heard = listen();
        await push(0, AT);
        if (refusal !== undefined) {
          await until(() => (bad().figures?.blocks ?? 0) === AT);
          await rejects(ask!(runtime, registry), { code: "NodeFailed", nodeId: "bad", message: refusal });
        }
        await push(AT, BLOCKS);
        source.end();
        const { nodes } = await runtime.finished;
        stopTap();
        deepEqual(await heard, [all, all]);
        const { state, errors, figures } = nodes.find(({ id }) => id === "bad")!;
        deepEqual([state, errors], ["ended", 0]);
        if (refusal !== undefined) deepEqual(figures, { blocks: BLOCKS - AT });
        else equal(figures!.blocks < AT, true);
        const told = "warn its figures stay as they are: its function count failed";
        deepEqual(lines, refusal === undefined ? [told] : []);
      },
    });
  }
}
