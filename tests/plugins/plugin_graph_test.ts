/** Plugins in C and in Rust between TypeScript nodes: frames of every kind, configuration, figures, events, failures. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { AppAudioBlock } from "../../core/app/source_items.ts";
import type { AppSourceHandle } from "../../core/app/source_node.ts";
import type { SluiceError } from "../../core/errors.ts";
import { tapLog } from "../../core/log.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import type { PoolStats } from "../../core/stats.ts";
import { pluginTests } from "../fixtures/plugins/with_plugins.ts";
import { until } from "../fixtures/waiting.ts";

const { c, rust } = pluginTests("plugins", "com.example");

function assertAllFree(pools: readonly PoolStats[]): void {
  for (const pool of pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
}

/** An offline graph: a source of audio in this script → the stage → a sink in this script. */
function audioGraph(registry: NodeRegistry, type: string, config = {}, options = {}, link = {}) {
  const runtime = new Runtime({ native: "require", mode: "offline", registry });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.addByType(type, config, { id: "stage", ...options });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("source.audio", "stage.audioIn");
  runtime.connectByName("stage.audioOut", "sink.audio", link);
  return { runtime, source, sink };
}

c("their stages are node types with ports, configuration and docs", (registry) => {
  const { inputs, outputs, config, lane, mode } = registry.getMetadata("com.example.records");
  deepEqual(inputs, []);
  deepEqual(outputs.map(({ name, kind, doc }) => [name, kind, doc]), [["packet", "packet", "The records."]]);
  deepEqual(Object.keys(config.properties), ["count", "mostRecords", "unit"]);
  deepEqual([lane, mode], ["native", "loop"]);
  const crop = registry.getMetadata("com.example.crop");
  deepEqual(crop.inputs[0].accepts, { pixelFormat: ["rgba8", "bgra8"] });
  const invert = registry.getMetadata("com.example.invert");
  equal(invert.description, "Turns the phase of audio.");
  equal(invert.package, "tools");
  return Promise.resolve();
});

for (const mode of ["offline", "live"] as const) {
  c(`a stage in C runs between TypeScript nodes, ${mode}`, async (registry) => {
    await using runtime = new Runtime({ native: "require", mode, registry });
    const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 2 }));
    runtime.addByType("com.example.invert", {}, { id: "invert" });
    const sink = runtime.add(appSink.audio());
    runtime.connectByName("app-source.audio", "invert.audioIn", { policy: "lossless" });
    runtime.connectByName("invert.audioOut", "app-sink.audio", { policy: "lossless" });
    await runtime.start();
    const heard = gather(sink, (block) => [...block.channel(0), ...block.channel(1)]);
    for (let k = 0; k < 20; k++) {
      await source.push({ channels: [Float32Array.of(k, 1), Float32Array.of(2, -k)] });
    }
    source.end();
    const { nodes, pools } = await runtime.finished;
    const blocks = await heard;
    equal(blocks.length, 20);
    deepEqual(blocks[7], [-7, -1, -2, 7]);
    deepEqual(nodes.find(({ id }) => id === "invert")?.figures, { blocks: 20 });
    assertAllFree(pools);
    ok(nodes.every(({ state }) => state === "ended"));
  });
}

c("a stage hands one frame on to two outputs, peeks, logs and emits", async (registry) => {
  const lines: string[] = [];
  const events: unknown[] = [];
  const stop = tapLog(({ level, message }) => lines.push(`${level} ${message}`));
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
  runtime.addByType("com.example.split", {}, { id: "split" });
  const sinks = ["left", "right"].map((id) => runtime.add(appSink.audio(), { id }));
  runtime.connectByName("source.audio", "split.audioIn");
  for (const id of ["left", "right"]) runtime.connectByName(`split.${id}`, `${id}.audio`);
  runtime.events.on("node:split", (event) => {
    if (event.group === "node" && event.kind === "custom") events.push([event.name, event.data]);
  });
  await runtime.start();
  const heard = sinks.map((sink) => gather(sink, (block) => block.channel(0)[0]));
  await pushRamp(source, 10);
  const { pools } = await runtime.finished;
  stop();
  for (const each of await Promise.all(heard)) deepEqual(each, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertAllFree(pools);
  ok(lines.some((line) => line.startsWith("warn ") && line.includes("the first frame has come")), lines.join("; "));
  await until(() => events.length > 0);
  deepEqual(events, [["first", { sequence: 0 }]]);
});

c("a source changes its batch size from tick to tick, and a named pool has slots of another size", async (registry) => {
  await using runtime = new Runtime({
    native: "require",
    mode: "offline",
    registry,
    pools: { records: { slotBytes: 1_024 } },
  });
  runtime.addByType("com.example.records", { count: 9, mostRecords: 4, unit: "mV" }, {
    id: "records",
    pool: "records",
  });
  const sink = runtime.add(appSink.packet<{ timeNs: "f64"; value: "f32" }>(), { id: "sink" });
  runtime.connectByName("records.packet", "sink.packet");
  await runtime.start();
  const batches = await gather(sink, (batch) => [...batch.column("value")]);
  deepEqual(batches.map(({ length }) => length), [1, 2, 3, 4, 1, 2, 3, 4, 1]);
  deepEqual(batches[3], [3_000, 4_000, 5_000, 6_000]);
  const { pools } = await runtime.finished;
  deepEqual(pools.map(({ name }) => name), ["records"]);
  assertAllFree(pools);
});

c("a shape that does not fit a slot fails the node with the reason", async (registry) => {
  const runtime = new Runtime({ native: "require", mode: "offline", registry, pools: { packet: { slotBytes: 256 } } });
  runtime.addByType("com.example.records", { count: 3, mostRecords: 1_000 }, { id: "records" });
  runtime.add(appSink.packet(), { id: "sink" });
  runtime.connectByName("records.packet", "sink.packet");
  await runtime.start();
  await rejects(runtime.finished, (error: SluiceError) => {
    match(error.message, /^Node "records" \(com\.example\.records\) failed in its native stage: the frame needs \d+ /);
    match(error.message, /bytes, and a slot has 256; use smaller frames, or set slotBytes of the output's pool$/);
    return true;
  });
});

c("pictures keep their planes, strides and times", async (registry) => {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const source = runtime.add(appSource.video({ pixelFormat: "rgba8", width: 3, height: 4 }), { id: "source" });
  runtime.addByType("com.example.crop", {}, { id: "crop" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName("source.video", "crop.videoIn");
  runtime.connectByName("crop.videoOut", "sink.video");
  await runtime.start();
  const pictures = gather(sink, (frame) => {
    const rows = Array.from({ length: frame.height }, (_, k) => [...frame.plane(0).subarray(k * 64, k * 64 + 12)]);
    return { format: frame.format, rows, ptsNs: frame.ptsNs };
  });
  await source.push({ planes: [Uint8Array.from({ length: 48 }, (_, k) => k)], ptsNs: 5_000 });
  source.end();
  const { pools } = await runtime.finished;
  const row = (first: number) => Array.from({ length: 12 }, (_, k) => first + k);
  deepEqual(await pictures, [{
    format: { kind: "video", pixelFormat: "rgba8", width: 3, height: 2 },
    rows: [row(0), row(12)],
    ptsNs: 5_000,
  }]);
  assertAllFree(pools);
});

c("encoded frames change their bytes and their length", async (registry) => {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const source = runtime.add(appSource.encoded({ codec: "opus" }), { id: "source" });
  runtime.addByType("com.example.trim", {}, { id: "trim" });
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  runtime.connectByName("source.encoded", "trim.encodedIn");
  runtime.connectByName("trim.encodedOut", "sink.encoded");
  await runtime.start();
  const units = gather(sink, ({ bytes, keyframe }) => ({ bytes: [...bytes], keyframe }));
  await source.push({ bytes: Uint8Array.of(1, 2, 3) });
  await source.push({ bytes: Uint8Array.of(255) });
  source.end();
  assertAllFree((await runtime.finished).pools);
  deepEqual(await units, [{ bytes: [254, 253], keyframe: true }, { bytes: [0], keyframe: true }]);
});

c("values pass through", async (registry) => {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  const source = runtime.add(appSource.data<{ readonly name: string }>(), { id: "source" });
  runtime.addByType("com.example.pass", {}, { id: "pass" });
  const sink = runtime.add(appSink.data<{ readonly name: string }>(), { id: "sink" });
  runtime.connectByName("source.data", "pass.dataIn");
  runtime.connectByName("pass.dataOut", "sink.data");
  await runtime.start();
  const values = gather(sink, ({ value }) => value.name);
  for (const name of ["a", "b"]) await source.push({ value: { name } });
  source.end();
  assertAllFree((await runtime.finished).pools);
  deepEqual(await values, ["a", "b"]);
});

for (const mode of ["offline", "live"] as const) {
  c(`a device's own thread wakes its stage, ${mode}`, async (registry) => {
    await using runtime = new Runtime({ native: "require", mode, registry });
    runtime.addByType("com.example.device", { count: 25 }, { id: "device" });
    const sink = runtime.add(appSink.packet<{ value: "f32" }>(), { id: "sink" });
    runtime.connectByName("device.packet", "sink.packet", { policy: "lossless" });
    await runtime.start();
    const values = (await gather(sink, (batch) => [...batch.column("value")])).flat();
    deepEqual(values, Array.from({ length: 25 }, (_, k) => k));
    assertAllFree((await runtime.finished).pools);
  });
}

c("a stage that writes several frames for each that it reads is run while all of them have room", async (registry) => {
  const { runtime, source, sink } = audioGraph(registry, "com.example.repeat", {}, {}, { capacity: 3 });
  await using _ = runtime;
  await runtime.start();
  const heard = gather(sink, (block) => block.channel(0)[0]);
  await pushRamp(source, 40);
  const { links, pools } = await runtime.finished;
  deepEqual(await heard, Array.from({ length: 120 }, (_, k) => Math.floor(k / 3)));
  deepEqual(links.map(({ read }) => read), [40, 120]);
  assertAllFree(pools);
});

c("what a stage may not do is refused, and changes nothing", async (registry) => {
  const { runtime, source, sink } = audioGraph(registry, "com.example.misuse");
  await using _ = runtime;
  await runtime.start();
  const heard = gather(sink, (block) => block.channel(0)[0]);
  await pushRamp(source, 20);
  const { links, pools } = await runtime.finished;
  deepEqual(await heard, Array.from({ length: 20 }, (_, k) => k));
  deepEqual(links.map(({ written, read }) => [written, read]), [[20, 20], [20, 20]]);
  assertAllFree(pools);
});

c("answers that mean nothing, and create that gives no instance, fail the node by name", async (registry) => {
  const start = 'Node "stage" (com.example.misuse) failed in its native stage: ';
  for (const [odd, why] of [[1, "create answered SLUICE_OK and gave no instance"], [2, odd42("create")]] as const) {
    const { runtime } = audioGraph(registry, "com.example.misuse", { odd });
    await rejects(runtime.start(), { message: start + why });
  }
  for (const [odd, why] of [[3, odd42("process")], [4, "process failed and did not say why"]] as const) {
    const { runtime, source } = audioGraph(registry, "com.example.misuse", { odd });
    await runtime.start();
    const pushed = pushRamp(source, 1).catch(() => {});
    await rejects(runtime.finished, { code: "NodeFailed", message: start + why });
    await pushed;
  }
});

function odd42(name: string): string {
  return `${name} answered 42, which means nothing there`;
}

rust("a stage in Rust scales, counts, and takes a live value", async (registry) => {
  const { runtime, source, sink } = audioGraph(registry, "org.sluice.example.scale", { factor: 3 });
  await using _ = runtime;
  await runtime.start();
  const heard = sink[Symbol.asyncIterator]();
  const next = async () => (await heard.next()).value.channel(0)[0];
  await source.push({ channels: [Float32Array.of(2)] });
  equal(await next(), 6);
  await runtime.configure("stage", { factor: -1 });
  await source.push({ channels: [Float32Array.of(2)] });
  equal(await next(), -2);
  await rejects(runtime.configure("stage", { factor: 1_001 }), { code: "InvalidConfig" });
  source.end();
  const rest = await heard.next();
  equal(rest.done, true);
  const { nodes, pools } = await runtime.finished;
  deepEqual(nodes.find(({ id }) => id === "stage")?.figures, { blocks: 2 });
  assertAllFree(pools);
});

for (const capacity of [1, 3, 64]) {
  rust(`a stage in Rust hands on several frames at once, on links of ${capacity}`, async (registry) => {
    const { runtime, source, sink } = audioGraph(registry, "org.sluice.example.pass", {}, {}, { capacity });
    await using _ = runtime;
    await runtime.start();
    const heard = gather(sink, (block) => block.channel(0)[0]);
    await pushRamp(source, 300);
    const { links, pools } = await runtime.finished;
    deepEqual(await heard, Array.from({ length: 300 }, (_, k) => k));
    deepEqual(links.map(({ written, read }) => [written, read]), [[300, 300], [300, 300]]);
    assertAllFree(pools);
  });
}

rust("a stage in Rust takes packets of a stage in C, and changes their batch size", async (registry) => {
  await using runtime = new Runtime({ native: "require", mode: "offline", registry });
  runtime.addByType("com.example.records", { count: 40, mostRecords: 7 }, { id: "records", lane: "one" });
  runtime.addByType("org.sluice.example.decimate", { every: 3 }, { id: "decimate", lane: "two" });
  const sink = runtime.add(appSink.packet<{ timeNs: "f64"; value: "f32" }>(), { id: "sink" });
  runtime.connectByName("records.packet", "decimate.packetIn");
  runtime.connectByName("decimate.packetOut", "sink.packet");
  await runtime.start();
  const values = (await gather(sink, (batch) => [...batch.column("value")])).flat();
  const sent = Array.from({ length: 40 }, (_, k) => Array.from({ length: 1 + k % 7 }, (_, n) => k + n)).flat();
  deepEqual(values, sent.filter((_, k) => k % 3 === 0));
  assertAllFree((await runtime.finished).pools);
});

for (const place of ["process", "flush"]) {
  rust(`a panic in ${place} fails its node alone, and the process goes on`, async (registry) => {
    const { runtime, source } = audioGraph(registry, "org.sluice.example.faulty", { place, at: 3 });
    await runtime.start();
    const pushed = pushRamp(source, 5).catch(() => {});
    await rejects(runtime.finished, {
      code: "NodeFailed",
      nodeId: "stage",
      message: `Node "stage" (org.sluice.example.faulty) panicked in its native stage: panics on purpose in ${place}`,
    });
    await pushed;
  });
}

rust("a stage that refuses its configuration, or panics in create, refuses the start", async (registry) => {
  for (const [panics, how] of [[false, "fails"], [true, "panics"]] as const) {
    const { runtime } = audioGraph(registry, "org.sluice.example.faulty", { place: "create", panics });
    await rejects(runtime.start(), { message: new RegExp(`"stage" .*: ${how} on purpose in create$`) });
  }
});

rust("a panic in destroy harms nobody", async (registry) => {
  const { runtime, source, sink } = audioGraph(registry, "org.sluice.example.faulty", { place: "destroy", at: 1 });
  await runtime.start();
  const heard = gather(sink, (block) => block.channel(0)[0]);
  await pushRamp(source, 3);
  assertAllFree((await runtime.finished).pools);
  deepEqual(await heard, [0, 1, 2]);
});

rust(
  "a stage that panics is disabled where its supervision says so, and the others' counts go on",
  async (registry) => {
    await using runtime = new Runtime({ native: "require", mode: "offline", registry });
    const source = runtime.add(appSource.audio({ sampleRateHz: 8_000, channels: 1 }), { id: "source" });
    runtime.addByType("com.example.split", {}, { id: "split" });
    runtime.addByType("org.sluice.example.faulty", { at: 3 }, { id: "faulty", supervision: "disable" });
    runtime.addByType("org.sluice.example.scale", { factor: 2 }, { id: "scale" });
    const sinks = ["bad", "good"].map((id) => runtime.add(appSink.audio(), { id }));
    for (
      const [from, to] of [
        ["source.audio", "split.audioIn"],
        ["split.left", "faulty.audioIn"],
        ["split.right", "scale.audioIn"],
        ["faulty.audioOut", "bad.audio"],
        ["scale.audioOut", "good.audio"],
      ]
    ) runtime.connectByName(from, to);
    const states: string[] = [];
    runtime.events.on("node:faulty", (event) => void states.push(event.kind));
    await runtime.start();
    const heard = sinks.map((sink) => gather(sink, (block) => block.channel(0)[0]));
    await pushRamp(source, 30);
    const { nodes, links, pools } = await runtime.finished;
    const [bad, good] = await Promise.all(heard);
    deepEqual(good, Array.from({ length: 30 }, (_, k) => 2 * k));
    deepEqual(bad, [0, 1]);
    equal(nodes.find(({ id }) => id === "faulty")?.state, "disabled");
    equal(nodes.find(({ id }) => id === "faulty")?.errors, 1);
    for (const { written, read, dropped } of links) {
      equal(written, read + dropped.full + dropped.skipped + dropped.unlinked + dropped.laneLost);
    }
    assertAllFree(pools);
    await until(() => states.includes("failed") && states.includes("disabled"));
  },
);

async function pushRamp(source: AppSourceHandle<AppAudioBlock, unknown>, count: number): Promise<void> {
  for (let k = 0; k < count; k++) await source.push({ channels: [Float32Array.of(k)] });
  source.end();
}

async function gather<F, T>(sink: AsyncIterable<F>, take: (frame: F) => T): Promise<T[]> {
  const taken: T[] = [];
  for await (const frame of sink) taken.push(take(frame));
  return taken;
}
