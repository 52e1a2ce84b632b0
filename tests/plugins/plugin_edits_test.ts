/** Graphs with stages of plugins that are edited while they run. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { NodeSpec, NodeType } from "../../core/registry/node_type.ts";
import { Runtime } from "../../core/runtime.ts";
import { assertAccounted, assertSpent } from "../fixtures/accounted.ts";
import { checkingSink, collect, collected, numberedSource } from "../fixtures/numbered.ts";
import { pluginTests } from "../fixtures/plugins/with_plugins.ts";
import { flow, until } from "../fixtures/waiting.ts";

const { c, rust } = pluginTests("plugins, live", "com.live");

function spec(registry: NodeRegistry, type: string, config: Record<string, unknown>): NodeSpec {
  return (registry.get(type) as unknown as NodeType<Record<string, unknown>>)(config);
}

/** An endless chain: numbered blocks (worker) → a stage in C that leaves them as they are → a sink that checks them. */
function chain(registry: NodeRegistry): Runtime {
  collected.length = 0;
  const pools = { audio: { slots: 2_000, slotBytes: 64 } };
  const runtime = new Runtime({ mode: "offline", native: "require", pools, registry });
  runtime.add(numberedSource({ count: 1e9, perTick: 8 }), { id: "source", lane: "worker" });
  runtime.addByType("com.live.invert", { sign: 1 }, { id: "stage" });
  runtime.add(checkingSink(), { id: "sink", lane: "main" });
  runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connectByName("source.audio", "stage.audioIn");
  runtime.connectByName("stage.audioOut", "sink.audio");
  runtime.connectByName("sink.findings", "found.data");
  return runtime;
}

/** Every block has come, whole and in order, and each slot is back. */
async function assertWhole(runtime: Runtime): Promise<void> {
  assertSpent((await runtime.stop())!);
  const [{ received, corrupt, disordered, missing }] = collected;
  deepEqual({ corrupt, disordered, missing }, { corrupt: 0, disordered: 0, missing: 0 });
  ok(received > 0);
}

function blocksOf(runtime: Runtime): number {
  return runtime.stats().nodes.find(({ id }) => id === "stage")!.figures?.blocks ?? 0;
}

c("a stage that is replaced by its like goes on from its state", async (registry) => {
  const runtime = chain(registry);
  await runtime.start();
  await flow(runtime, "sink");
  await until(() => blocksOf(runtime) > 0);
  for (let k = 0; k < 5; k++) {
    const before = blocksOf(runtime);
    await runtime.edit((edit) => edit.replace("stage", spec(registry, "com.live.invert", { sign: 1 })));
    await flow(runtime, "sink");
    await until(() => blocksOf(runtime) > before);
  }
  await assertWhole(runtime);
});

rust("stages in C and in Rust take each other's place, are bypassed, and take live values", async (registry) => {
  const runtime = chain(registry);
  await runtime.start();
  for (let k = 0; k < 4; k++) {
    await flow(runtime, "sink");
    await runtime.edit((edit) => edit.replace("stage", spec(registry, "org.sluice.example.scale", { factor: 1 })));
    await flow(runtime, "sink");
    await runtime.edit((edit) => edit.bypass("stage"));
    await flow(runtime, "sink");
    await runtime.edit((edit) => edit.replace("stage", spec(registry, "com.live.invert", { sign: 1 })));
    await runtime.configure("stage", { sign: 1 });
    await runtime.pause();
    assertAccounted(runtime.stats());
    await runtime.resume();
  }
  await assertWhole(runtime);
});

c("stages come and go while others run", async (registry) => {
  const runtime = chain(registry);
  await runtime.start();
  for (let k = 0; k < 6; k++) {
    await runtime.edit((edit) => {
      if (k > 0) {
        edit.remove("tap");
        edit.remove("tapped");
      }
      edit.add(spec(registry, "com.live.split", {}), { id: "tap", lane: k % 2 === 0 ? "native" : "other" });
      edit.add(spec(registry, "com.live.invert", {}), { id: "tapped", lane: "other" });
      edit.connectByName("source.audio", "tap.audioIn", { policy: "roll-off" });
      edit.connectByName("tap.left", "tapped.audioIn");
    });
    await flow(runtime, "tapped");
  }
  await flow(runtime, "sink");
  await assertWhole(runtime);
});

rust("a stage that panics in an edit's create refuses the edit, and the graph goes on", async (registry) => {
  const runtime = chain(registry);
  await runtime.start();
  await flow(runtime, "sink");
  const faulty = spec(registry, "org.sluice.example.faulty", { place: "create" });
  await rejects(runtime.edit((edit) => edit.replace("stage", faulty)), { message: /panics on purpose in create$/ });
  await flow(runtime, "sink");
  await rejects(runtime.configure("stage", { sign: "x" }), { code: "InvalidConfig" });
  equal(runtime.stats().nodes.find(({ id }) => id === "stage")?.type, "com.live.invert");
  await assertWhole(runtime);
});

rust("a command is done by its stage between two ticks, and answered in JSON", async (registry) => {
  const runtime = chain(registry);
  const scale = spec(registry, "org.sluice.example.scale", { factor: 1 });
  runtime.add(scale, { id: "scale" });
  runtime.connectByName("source.audio", "scale.audioIn", { policy: "roll-off" });
  const told: unknown[] = [];
  runtime.events.on("node:scale", (event) => {
    if (event.group === "node" && event.kind === "custom") told.push([event.name, event.data]);
  });
  await rejects(runtime.command("scale", "measure"), { code: "Busy" });
  await runtime.start();
  await flow(runtime, "scale");
  const answers = Array.from({ length: 5 }, (_, k) => runtime.command("scale", "measure", { k }));
  deepEqual(await Promise.all(answers), answers.map((_, k) => ({ factor: 1, asked: { k } })));
  await until(() => told.length === 5);
  deepEqual(told[4], ["measured", { k: 4 }]);
  await rejects(runtime.command("scale", "melt"), {
    code: "InvalidConfig",
    nodeId: "scale",
    message: 'Cannot give "scale" the command "melt": there is no command "melt", but "measure"',
  });
  await rejects(runtime.command("stage", "measure"), { message: /: it takes no commands$/ });
  await rejects(runtime.command("sink", "measure"), { message: /: node type "checking-sink" takes no commands$/ });
  await flow(runtime, "sink");
  await assertWhole(runtime);
});

rust("a panic in a command fails its node, which is disabled where that was chosen", async (registry) => {
  const runtime = chain(registry);
  runtime.addByType("org.sluice.example.scale", {}, { id: "scale", supervision: "disable" });
  runtime.connectByName("source.audio", "scale.audioIn", { policy: "roll-off" });
  await runtime.start();
  await flow(runtime, "scale");
  await rejects(runtime.command("scale", "break"), { message: /: panics on purpose in command$/ });
  await until(() => runtime.stats().nodes.find(({ id }) => id === "scale")?.state === "disabled");
  await rejects(runtime.command("scale", "measure"), { message: /: the node has ended$/ });
  await flow(runtime, "sink");
  await assertWhole(runtime);
});

rust(
  "a stage that panics is restarted where that was chosen, and the frames that wait are not lost",
  async (registry) => {
    const runtime = chain(registry);
    const restart = { limit: 1_000, backoffMs: 1, maxBackoffMs: 1 };
    runtime.addByType("org.sluice.example.faulty", { at: 200 }, { id: "faulty", supervision: { restart } });
    runtime.addByType("com.live.invert", {}, { id: "after" });
    runtime.connectByName("source.audio", "faulty.audioIn");
    runtime.connectByName("faulty.audioOut", "after.audioIn");
    await runtime.start();
    await flow(runtime, "after", 1_000);
    const faulty = runtime.stats().nodes.find(({ id }) => id === "faulty")!;
    ok(faulty.restarts >= 3, `${faulty.restarts} restarts`);
    // A stop disables a node that waits for its restart.
    await runtime.pause();
    const { links, nodes } = runtime.stats();
    const [into, out] = ["faulty.audioIn", "after.audioIn"].map((to) => links.find((each) => each.to === to)!);
    deepEqual([into.dropped.full, into.dropped.skipped, out.dropped.full], [0, 0, 0]);
    // Each failure lost the frame that it had in hand.
    equal(into.read - out.written, nodes.find(({ id }) => id === "faulty")!.errors);
    await runtime.resume();
    await assertWhole(runtime);
  },
);
