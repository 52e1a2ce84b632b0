/** Stages of plugins that are moved from lane to lane while they run: nothing is lost, repeated or out of order. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import type { Supervision } from "../../core/graph/supervision.ts";
import type { GraphMode, LinkPolicy } from "../../core/links/policy.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { NodeSpec, NodeType } from "../../core/registry/node_type.ts";
import { Runtime } from "../../core/runtime.ts";
import { assertAccounted, assertSpent } from "../fixtures/accounted.ts";
import { checkingSink, collect, collected, numberedSource } from "../fixtures/numbered.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import { pluginTests } from "../fixtures/plugins/with_plugins.ts";
import { flow, until } from "../fixtures/waiting.ts";

/** Moves of one stage in one run. */
const MOVES = Deno.env.get("SLUICE_DEEP") === "1" ? 50 : 16;

const { c, rust } = pluginTests("plugins, moved", "com.moved");
const invert = { type: "com.moved.invert", config: { sign: 1 } };
const scale = { type: "org.sluice.example.scale", config: { factor: 1 } };

interface StageOptions {
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Numbered blocks (worker) → a stage on native lane "one" that leaves them as they are → a sink that checks them (main). */
function chain(
  registry: NodeRegistry,
  { type, config }: StageOptions,
  mode: GraphMode = "offline",
  policy: LinkPolicy = "lossless",
  supervision?: Supervision,
): Runtime {
  collected.length = 0;
  const pools = { audio: { slots: 2_000, slotBytes: 64 } };
  const runtime = new Runtime({ mode, native: "require", pools, registry });
  runtime.add(numberedSource({ count: 1e9, perTick: 8 }), { id: "source", lane: "worker" });
  runtime.addByType(type, config, { id: "stage", lane: "one", supervision });
  runtime.add(checkingSink(), { id: "sink", lane: "main" });
  runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connectByName("source.audio", "stage.audioIn", { policy });
  runtime.connectByName("stage.audioOut", "sink.audio", { policy });
  runtime.connectByName("sink.findings", "found.data");
  return runtime;
}

/** Every block that was not dropped has come once, whole and in order, each gap is told, and each slot is back. */
async function assertWhole(runtime: Runtime, policy: LinkPolicy = "lossless"): Promise<void> {
  const summary = (await runtime.stop())!;
  assertSpent(summary);
  const [{ received, corrupt, disordered, unflagged, missing }] = collected;
  deepEqual({ corrupt, disordered, unflagged }, { corrupt: 0, disordered: 0, unflagged: 0 });
  ok(received > 0);
  const links = summary.links.filter(({ to }) => to === "stage.audioIn" || to === "sink.audio");
  equal(received, links.find(({ to }) => to === "sink.audio")!.read);
  for (const { dropped } of links) deepEqual([dropped.unlinked, dropped.laneLost], [0, 0]);
  if (policy !== "lossless") return;
  equal(missing, 0);
  for (const { dropped } of links) equal(dropped.full, 0);
}

function nodeOf(runtime: Runtime, id: string) {
  return runtime.stats().nodes.find((node) => node.id === id)!;
}

function spec(registry: NodeRegistry, type: string, config: Readonly<Record<string, unknown>>): NodeSpec {
  return (registry.get(type) as unknown as NodeType<Record<string, unknown>>)(config);
}

async function moveManyTimes(runtime: Runtime): Promise<void> {
  await runtime.start();
  await until(() => nodeOf(runtime, "stage").framesIn > 0);
  for (let k = 0; k < MOVES; k++) {
    const lane = k % 2 === 0 ? "two" : "one";
    const before = nodeOf(runtime, "stage").framesIn;
    await runtime.move("stage", lane);
    const stage = nodeOf(runtime, "stage");
    equal(stage.lane, lane);
    ok(stage.framesIn >= before, "its figures go on");
    // The one that it has left ends.
    const native = () => runtime.stats().lanes.filter(({ kind }) => kind === "native");
    await until(() => native().length === 1);
    equal(native()[0].name, lane);
    if (k % 10 === 0) await until(() => nodeOf(runtime, "stage").framesIn > before);
  }
}

for (const mode of ["offline", "live"] as const) {
  c(`a stage in C moves there and back ${MOVES} times under load, ${mode}`, async (registry) => {
    const runtime = chain(registry, invert, mode);
    await moveManyTimes(runtime);
    await runtime.pause();
    const { framesIn, figures } = nodeOf(runtime, "stage");
    deepEqual(figures, { blocks: framesIn }, "its state goes along");
    assertAccounted(runtime.stats());
    await runtime.resume();
    await assertWhole(runtime);
  });

  rust(`a stage in Rust moves there and back ${MOVES} times under load, ${mode}`, async (registry) => {
    const runtime = chain(registry, scale, mode);
    await moveManyTimes(runtime);
    await assertWhole(runtime);
  });
}

for (const policy of ["roll-off", "latest", "drop-newest"] as const) {
  c(`what ${policy} links drop is counted exactly, and told, while the stage between them moves`, async (registry) => {
    const runtime = chain(registry, invert, "live", policy);
    await moveManyTimes(runtime);
    await assertWhole(runtime, policy);
  });
}

c("the nodes that links join to a stage move as well, by themselves and with it in one edit", async (registry) => {
  const runtime = chain(registry, invert);
  await runtime.start();
  for (let k = 0; k < 10; k++) {
    const [source, stage, sink] = k % 2 === 0 ? ["main", "two", "other"] : ["worker", "one", "main"];
    await runtime.edit((edit) => edit.move("source", source));
    await runtime.edit((edit) => edit.move("sink", sink));
    await flow(runtime, "sink");
    await runtime.edit((edit) => {
      edit.move("source", "both");
      edit.move("stage", stage);
      edit.move("sink", "both");
    });
    await flow(runtime, "sink");
  }
  await assertWhole(runtime);
});

c(
  "a stage moves while it is bypassed, takes a value and is replaced in the same edit, and while paused",
  async (registry) => {
    const runtime = chain(registry, invert);
    await runtime.start();
    await flow(runtime, "sink");
    await runtime.edit((edit) => {
      edit.bypass("stage");
      edit.move("stage", "two");
    });
    await flow(runtime, "sink");
    const { blocks } = nodeOf(runtime, "stage").figures!;
    await runtime.edit((edit) => {
      edit.bypass("stage", false);
      edit.replace("stage", spec(registry, invert.type, { sign: 1 }), { lane: "three" });
      edit.reconfigure("stage", { sign: 1 });
    });
    await until(() => nodeOf(runtime, "stage").figures!.blocks > blocks);
    await runtime.pause();
    await runtime.move("stage", "one");
    assertAccounted(runtime.stats());
    await runtime.resume();
    await flow(runtime, "sink");
    await assertWhole(runtime);
  },
);

c("a stage that another one on the lane is linked to is not moved, and both go on", async (registry) => {
  const runtime = chain(registry, invert);
  await runtime.start();
  await runtime.edit((edit) => {
    edit.addByType(invert.type, invert.config, { id: "next", lane: "one" });
    edit.connectByName("stage.audioOut", "next.audioIn");
  });
  const refusal = {
    code: "Busy",
    nodeId: "stage",
    message: /a link joins it to "next" on native lane "one", which it leaves; /,
  };
  await rejects(runtime.move("stage", "two"), refusal);
  // By a ring to a third lane nothing stands in the way, until it would come to that lane.
  await runtime.edit((edit) => {
    edit.remove("next");
    edit.addByType(invert.type, invert.config, { id: "far", lane: "three" });
    edit.connectByName("stage.audioOut", "far.audioIn");
  });
  await runtime.move("stage", "two");
  await rejects(runtime.move("stage", "three"), {
    ...refusal,
    message: /to "far" on native lane "three", which it comes to; /,
  });
  await flow(runtime, "sink");
  await runtime.move("stage", "one");
  await flow(runtime, "sink");
  await runtime.edit((edit) => edit.remove("far"));
  await assertWhole(runtime);
});

let folder: PluginFolder | undefined;
let panics: Promise<NodeRegistry> | undefined;

async function loadPanics(): Promise<NodeRegistry> {
  // The processes of stages open the library, too.
  folder = await PluginFolder.make();
  const { packages, refused } = await loadPlugins([
    await folder.addC("panics", { file: "panics.c" }, { flags: ['-DPREFIX="com.moved"'] }),
  ]);
  deepEqual(refused, []);
  return new NodeRegistry(packages);
}

Deno.test.afterAll(async () => await folder?.[Symbol.asyncDispose]());

const title = noPlugins === undefined ? "" : ` (left out: ${noPlugins})`;
for (const faults of [false, true]) {
  Deno.test({
    name: `plugins, moved: a stage whose restore ${
      faults ? "fails" : "panics"
    } is not moved, and the old one goes on${title}`,
    ignore: noPlugins !== undefined,
    fn: async () => {
      const registry = await (panics ??= loadPanics());
      const type = "com.moved.panic";
      const runtime = chain(registry, { type, config: { place: "none" } });
      await runtime.start();
      for (let k = 0; k < 5; k++) {
        await flow(runtime, "sink");
        await rejects(
          runtime.edit((edit) =>
            edit.replace("stage", spec(registry, type, { place: "restore", faults }), { lane: "two" })
          ),
          {
            code: "NodeFailed",
            nodeId: "stage",
            message: `Node "stage" (${type}) failed in its native stage: restore() failed: panics on purpose`,
          },
        );
        equal(nodeOf(runtime, "stage").lane, "one");
      }
      await flow(runtime, "sink");
      await runtime.move("stage", "two");
      await flow(runtime, "sink");
      await runtime.pause();
      const { framesIn, figures } = nodeOf(runtime, "stage");
      deepEqual(figures, { blocks: framesIn });
      await runtime.resume();
      await runtime.edit((edit) => edit.replace("stage", spec(registry, type, { place: "snapshot", faults: true })));
      await rejects(runtime.move("stage", "one"), {
        code: "NodeFailed",
        message: /: snapshot\(\) failed: panics on purpose$/,
      });
      await flow(runtime, "sink");
      await assertWhole(runtime);
    },
  });
}

Deno.test({
  name:
    `plugins, moved: a stage that panics when it is to move fails by that on its lane, and is restarted there${title}`,
  ignore: noPlugins !== undefined,
  fn: async () => {
    const registry = await (panics ??= loadPanics());
    const type = "com.moved.panic";
    const runtime = chain(registry, { type, config: { place: "snapshot" } }, "live", "lossless", {
      restart: { backoffMs: 1, maxBackoffMs: 1 },
    });
    await runtime.start();
    await flow(runtime, "sink");
    await rejects(runtime.move("stage", "two"), {
      code: "NodeFailed",
      nodeId: "stage",
      message: `Node "stage" (${type}) failed in its native stage: snapshot() failed: panics on purpose`,
    });
    await until(() => nodeOf(runtime, "stage").restarts === 1);
    await flow(runtime, "sink");
    const { lane, errors } = nodeOf(runtime, "stage");
    deepEqual([lane, errors], ["one", 1]);
    await assertWhole(runtime);
  },
});

/** Frames pushed in a run in which the stage moves after every few of them. */
const PUSHED = 60;
const PUSHED_BETWEEN = 3;

/** Pushes numbers to a source, and moves the stage meanwhile. @returns what the sink had, as numbers */
async function pushAndMove<F>(
  runtime: Runtime,
  kind: "audio" | "data" | "encoded" | "packet",
  source: { push(frame: F): Promise<unknown>; end(): void },
  sink: AsyncIterable<unknown>,
  frameOf: (k: number) => F,
  numbersOf: (frame: never) => number[],
): Promise<number[]> {
  runtime.connectByName(`source.${kind}`, `stage.${kind}In`, { policy: "lossless" });
  runtime.connectByName(`stage.${kind}Out`, `sink.${kind}`, { policy: "lossless" });
  await runtime.start();
  const heard = Array.fromAsync(sink, (frame) => numbersOf(frame as never));
  for (let k = 0; k < PUSHED; k++) {
    await source.push(frameOf(k));
    if (k % PUSHED_BETWEEN === 0) await runtime.move("stage", k % 2 === 0 ? "two" : "one");
  }
  source.end();
  for (const { name, slots, free } of (await runtime.finished).pools) equal(free, slots, `pool ${name}`);
  return (await heard).flat();
}

const numbers = Array.from({ length: PUSHED }, (_, k) => k);

c("values come whole and in order through a stage that moves", async (registry) => {
  await using runtime = new Runtime({ native: "require", registry });
  const source = runtime.add(appSource.data<{ readonly k: number }>(), { id: "source" });
  runtime.addByType("com.moved.pass", {}, { id: "stage", lane: "one" });
  const sink = runtime.add(appSink.data<{ readonly k: number }>(), { id: "sink" });
  const frameOf = (k: number) => ({ value: { k } });
  const numbersOf = ({ value }: { value: { k: number } }) => [value.k];
  deepEqual(await pushAndMove(runtime, "data", source, sink, frameOf, numbersOf), numbers);
});

c("encoded frames come whole and in order through a stage that moves", async (registry) => {
  await using runtime = new Runtime({ native: "require", registry });
  const source = runtime.add(appSource.encoded({ codec: "opus" }), { id: "source" });
  runtime.addByType("com.moved.trim", {}, { id: "stage", lane: "one" });
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  // The stage turns the bits of the bytes that it leaves.
  const frameOf = (k: number) => ({ bytes: Uint8Array.of(255 - k) });
  const numbersOf = ({ bytes }: { bytes: Uint8Array }) => [...bytes];
  deepEqual(await pushAndMove(runtime, "encoded", source, sink, frameOf, numbersOf), numbers);
});

rust("packets come whole and in order through a stage that moves", async (registry) => {
  await using runtime = new Runtime({ native: "require", registry });
  const source = runtime.add(appSource.packet({ fields: { timeNs: "f64", value: "f32" } }), { id: "source" });
  runtime.addByType("org.sluice.example.decimate", { every: 1 }, { id: "stage", lane: "one" });
  const sink = runtime.add(appSink.packet<{ timeNs: "f64"; value: "f32" }>(), { id: "sink" });
  const frameOf = (k: number) => ({ columns: { timeNs: [k], value: [k] }, ptsNs: k, durationNs: 1 });
  const numbersOf = (batch: { column(name: "value"): Float32Array }) => [...batch.column("value")];
  deepEqual(await pushAndMove(runtime, "packet", source, sink, frameOf, numbersOf), numbers);
});

Deno.test({
  name: `plugins, moved: audio comes whole and in order through a stage in a process of its own that moves${title}`,
  ignore: noPlugins !== undefined,
  fn: async () => {
    await using runtime = new Runtime({ native: "require", registry: await (panics ??= loadPanics()) });
    const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
    runtime.addByType("com.moved.panic", {}, { id: "stage", lane: "one", isolate: "process" });
    const sink = runtime.add(appSink.audio(), { id: "sink" });
    const frameOf = (k: number) => ({ channels: [Float32Array.of(k)] });
    const numbersOf = (block: { channel(index: number): Float32Array }) => [block.channel(0)[0]];
    deepEqual(await pushAndMove(runtime, "audio", source, sink, frameOf, numbersOf), numbers);
    deepEqual(nodeOf(runtime, "stage").figures, { blocks: PUSHED });
  },
});
