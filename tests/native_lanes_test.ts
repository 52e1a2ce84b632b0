/** Graphs with native lanes: accounting in both directions and on each policy, failures, scheduling, refusals. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import type { SluiceError } from "../core/errors.ts";
import type { LinkPolicy } from "../core/links/policy.ts";
import { nativeNodes } from "../core/registry/fixtures/test_stages.ts";
import type { ProcessorContext } from "../core/processor.ts";
import { Runtime } from "../core/runtime.ts";
import type { LinkStats, RunSummary } from "../core/stats.ts";
import { nativeFault } from "./fixtures/native_fault.ts";
import { checkingSink, collect, collected, type Findings, numberedSource } from "./fixtures/numbered.ts";
import { type Script, sink } from "./fixtures/scripted.ts";
import { rare } from "./fixtures/rare.ts";

const { nativeSource, nativePass, nativeGain, nativeSink } = nativeNodes;

/** Blocks sent for each policy. */
const BLOCKS = Deno.env.get("SLUICE_DEEP") === "1" ? 1_000_000 : 50_000;

/** Lanes that a runtime can have. */
const MOST_LANES = 64;

const ignore = Deno.env.get("SLUICE_NATIVE") === "off";

function native(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `native lanes: ${name}`, ignore, fn });
}

const POLICIES: readonly LinkPolicy[] = ["lossless", "roll-off", "latest", "drop-newest"];

function capacityOf(policy: LinkPolicy): number | undefined {
  return policy === "latest" ? undefined : 48;
}

/** Every block that was written is read or counted as dropped, in order and whole, and every slot is back. */
function assertAccounted(summary: RunSummary, link: LinkStats, found: Findings, policy: LinkPolicy): void {
  equal(summary.driver, "native");
  equal(summary.outcome, "completed");
  equal(link.written, BLOCKS);
  equal(link.queued, 0);
  equal(link.written, link.read + link.dropped.full);
  equal(found.received, link.read);
  equal(found.corrupt, 0);
  equal(found.disordered, 0);
  equal(found.falselyFlagged, 0);
  ok(link.highWater >= 1 && link.highWater <= link.capacity);
  if (policy === "lossless") equal(link.dropped.full, 0);
  if (policy !== "drop-newest") {
    equal(found.last, BLOCKS - 1, "the last block arrives");
    equal(found.unflagged, 0);
    equal(found.received + found.missing, BLOCKS);
  }
  for (const pool of summary.pools) equal(pool.free, pool.slots, `pool ${pool.name} has all its slots again`);
}

for (const policy of POLICIES) {
  native(`a ${policy} link from native to native accounts for each of ${BLOCKS} blocks`, async () => {
    await using runtime = new Runtime({ native: "require" });
    const source = runtime.add(nativeSource({ count: BLOCKS, blockSize: 8 }), { lane: "a" });
    const target = runtime.add(nativeSink(), { lane: "b" });
    const id = runtime.connect(source.outputs.audio, target.inputs.audio, { policy, capacity: capacityOf(policy) });
    await runtime.start();
    const summary = await runtime.finished;
    const found = summary.nodes.find((node) => node.type === "native-sink")!.figures as unknown as Findings;
    assertAccounted(summary, summary.links.find((each) => each.id === id)!, found, policy);
    deepEqual(summary.lanes.map((lane) => [lane.name, lane.kind]), [["a", "native"], ["b", "native"]]);
    for (const node of summary.nodes) {
      equal(node.state, "ended");
      ok(node.ticks > 0 && node.busyNs > 0 && node.tick.samples > 0);
    }
  });

  native(`a ${policy} link from native to TypeScript accounts for each of ${BLOCKS} blocks`, async () => {
    collected.length = 0;
    await using runtime = new Runtime({ native: "require" });
    const source = runtime.add(nativeSource({ count: BLOCKS, blockSize: 8 }));
    const target = runtime.add(checkingSink(), { lane: "b" });
    const findings = runtime.add(collect());
    const id = runtime.connect(source.outputs.audio, target.inputs.audio, { policy, capacity: capacityOf(policy) });
    runtime.connect(target.outputs.findings, findings.inputs.data, { policy: "lossless" });
    await runtime.start();
    const summary = await runtime.finished;
    assertAccounted(summary, summary.links.find((each) => each.id === id)!, collected[0], policy);
  });

  native(`a ${policy} link from TypeScript to native accounts for each of ${BLOCKS} blocks`, async () => {
    await using runtime = new Runtime({ native: "require" });
    const source = runtime.add(numberedSource({ count: BLOCKS, perTick: 8 }), { lane: "a" });
    const target = runtime.add(nativeSink());
    const id = runtime.connect(source.outputs.audio, target.inputs.audio, { policy, capacity: capacityOf(policy) });
    await runtime.start();
    const summary = await runtime.finished;
    const found = summary.nodes.find((node) => node.type === "native-sink")!.figures as unknown as Findings;
    assertAccounted(summary, summary.links.find((each) => each.id === id)!, found, policy);
  });
}

native("stages of one lane hand frames on within it, and TypeScript reads what comes out", async () => {
  collected.length = 0;
  await using runtime = new Runtime({ native: "require", mode: "offline" });
  const source = runtime.add(nativeSource({ count: 20_000, blockSize: 8 }));
  const middle = runtime.add(nativePass());
  const target = runtime.add(checkingSink());
  const findings = runtime.add(collect());
  runtime.connect(source.outputs.audio, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, target.inputs.audio);
  runtime.connect(target.outputs.findings, findings.inputs.data);
  await runtime.start();
  const { links, pools } = await runtime.finished;
  equal(collected[0].received, 20_000);
  equal(collected[0].corrupt + collected[0].disordered + collected[0].missing, 0);
  for (const link of links) equal(link.read, link.written);
  for (const pool of pools) equal(pool.free, pool.slots);
});

native("native-gain scales to 1e-6, and leaves what a sibling branch reads alone", async () => {
  const scaled: number[] = [];
  const plain: number[] = [];
  await using runtime = new Runtime({ native: "require", mode: "offline" });
  const source = runtime.add(nativeSource({ count: 500, blockSize: 64, channels: 2 }));
  const gain = runtime.add(nativeGain({ gainDb: -7.5 }));
  const left = runtime.add(sink(gatheringAll(scaled)), { lane: "main" });
  const right = runtime.add(sink(gatheringAll(plain)), { lane: "main" });
  runtime.connect(source.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, left.inputs.audioIn);
  runtime.connect(source.outputs.audio, right.inputs.audioIn);
  await runtime.start();
  const { pools } = await runtime.finished;
  equal(plain.length, 500 * 128);
  equal(scaled.length, plain.length);
  const factor = 10 ** (-7.5 / 20);
  for (let k = 0; k < plain.length; k++) {
    const wanted = plain[k] * factor;
    ok(Math.abs(scaled[k] - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted)), `${scaled[k]} is ${wanted}`);
  }
  for (const pool of pools) equal(pool.free, pool.slots);
});

native("a live gain takes effect while the graph runs, and a wrong one is refused", async () => {
  const reached = Promise.withResolvers<void>();
  await using runtime = new Runtime({ native: "require" });
  const source = runtime.add(nativeSource({ blockSize: 8, paced: true, sampleRateHz: 8_000 }));
  const gain = runtime.add(nativeGain(), { id: "gain" });
  const target = runtime.add(
    sink({
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
          // Samples are whole numbers until a gain is at work.
          if (frame.channel(0)[0] > 0 && frame.channel(0)[0] % 1 !== 0) reached.resolve();
        }
      },
    }),
    { lane: "main" },
  );
  runtime.connect(source.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, target.inputs.audioIn);
  await runtime.start();
  await runtime.setConfig("gain", "gainDb", -3);
  await reached.promise;
  await rejects(runtime.setConfig("gain", "gainDb", 99), /gainDb/);
  equal((await runtime.stop())!.outcome, "stopped");
});

for (const lane of ["a", "b"]) {
  native(`a stage on lane ${lane} that ends before its inputs do ends what feeds it from native lane a`, async () => {
    await using runtime = new Runtime({ native: "require", mode: "offline" });
    const source = runtime.add(nativeSource({ blockSize: 8 }), { lane: "a" });
    const middle = runtime.add(nativePass(), { lane: "a" });
    const target = runtime.add(nativeSink({ count: 1_000 }), { lane });
    runtime.connect(source.outputs.audio, middle.inputs.audioIn);
    runtime.connect(middle.outputs.audioOut, target.inputs.audio);
    await runtime.start();
    assertEndedEarly(await runtime.finished);
  });
}

for (const lane of ["main", "worker"]) {
  native(`a stage that ends before its inputs do ends a processor on lane ${lane} that feeds it`, async () => {
    await using runtime = new Runtime({ native: "require", mode: "offline" });
    const source = runtime.add(numberedSource({ count: 1e9, perTick: 8 }), { lane });
    const target = runtime.add(nativeSink({ count: 1_000 }));
    runtime.connect(source.outputs.audio, target.inputs.audio);
    await runtime.start();
    assertEndedEarly(await runtime.finished);
  });
}

native("a processor that ends before its inputs do ends the stages that feed it", async () => {
  await using runtime = new Runtime({ native: "require", mode: "offline" });
  const source = runtime.add(nativeSource({ blockSize: 8 }), { lane: "a" });
  const middle = runtime.add(nativePass(), { lane: "b" });
  const target = runtime.add(
    sink({
      process(this: Script, context: ProcessorContext) {
        this.audioIn!.read();
        context.finish();
      },
    }),
    { lane: "main" },
  );
  runtime.connect(source.outputs.audio, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, target.inputs.audioIn);
  await runtime.start();
  assertEndedEarly(await runtime.finished);
});

native("a panic in a stage fails its node by name, and the process and other runtimes go on", async () => {
  await using other = new Runtime({ native: "require" });
  const otherSource = other.add(nativeSource({ blockSize: 8 }));
  const otherSink = other.add(nativeSink());
  other.connect(otherSource.outputs.audio, otherSink.inputs.audio);
  await other.start();
  await using runtime = new Runtime({ native: "require" });
  const source = runtime.add(nativeSource({ blockSize: 8 }));
  const bad = runtime.add(nativeFault({ at: 100, panicsWhenDropped: true }), { id: "bad" });
  runtime.connect(source.outputs.audio, bad.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, (error: SluiceError) => {
    equal(error.code, "NodeFailed");
    equal(error.nodeId, "bad");
    match(error.message, /^Node "bad" \(native-fault\) panicked in its native stage: panics on purpose at frame 100$/);
    return true;
  });
  const { nodes, outcome } = runtime.summary()!;
  equal(outcome, "failed");
  equal(nodes.find((node) => node.id === "bad")!.errors, 1);
  const summary = (await other.stop())!;
  const found = summary.nodes.find((node) => node.type === "native-sink")!.figures!;
  equal(found.corrupt, 0);
  equal(found.received, summary.links[0].read);
});

native("a stage that refuses its configuration fails start()", async () => {
  await using runtime = new Runtime({ native: "require" });
  const source = runtime.add(nativeSource());
  const bad = runtime.add(nativeFault({ refuse: true }), { id: "bad", lane: "other" });
  runtime.connect(source.outputs.audio, bad.inputs.audioIn);
  await rejects(runtime.start(), /^NodeFailed|it was told to refuse/);
});

rare(native)("a graph is disposed of while its native lanes run at full speed, again and again", async () => {
  const ends: Promise<void>[] = [];
  for (let round = 0; round < 10; round++) {
    await using runtime = new Runtime({ native: "require", mode: "offline", stopTimeoutMs: 200 });
    const source = runtime.add(nativeSource({ blockSize: 8 }), { lane: "a" });
    const middle = runtime.add(nativePass(), { lane: "b" });
    const target = runtime.add(nativeSink(), { lane: "c" });
    runtime.connect(source.outputs.audio, middle.inputs.audioIn);
    runtime.connect(middle.outputs.audioOut, target.inputs.audio);
    await runtime.start();
    ends.push(
      rejects(runtime.finished, { code: "Busy", message: /^The graph was disposed of before it came to its end/ }),
    );
  }
  await Promise.all(ends);
});

rare(native)("two runtimes at once keep their lanes apart", async () => {
  const runs = [1, 2].map(async (n) => {
    await using runtime = new Runtime({ native: "require" });
    const source = runtime.add(nativeSource({ count: 50_000 * n, blockSize: 8 }), { lane: "a" });
    const target = runtime.add(nativeSink(), { lane: "b" });
    runtime.connect(source.outputs.audio, target.inputs.audio, { policy: "lossless" });
    await runtime.start();
    const { nodes } = await runtime.finished;
    return nodes.find((node) => node.type === "native-sink")!.figures!.received;
  });
  deepEqual(await Promise.all(runs), [50_000, 100_000]);
});

native("figures of a native stage can be read while it runs", async () => {
  await using runtime = new Runtime({ native: "require" });
  const source = runtime.add(nativeSource({ blockSize: 8 }), { id: "source", lane: "a" });
  const target = runtime.add(nativeSink(), { id: "sink", lane: "b" });
  runtime.connect(source.outputs.audio, target.inputs.audio, { policy: "lossless" });
  await runtime.start();
  const figures = (id: string) => runtime.stats().nodes.find((node) => node.id === id)!.figures!;
  // Each lane shows them at the end of a round of its own.
  const shown = () => figures("sink").received >= 1_000 && figures("source").sent >= 1_000;
  while (!shown()) await new Promise((resolve) => setTimeout(resolve, 1));
  equal(runtime.summary(), undefined);
  equal(figures("sink").corrupt, 0);
  const { nodes } = (await runtime.stop())!;
  equal(nodes[1].figures!.received, nodes[0].figures!.sent);
});

rare(native)("a graph with native lanes that comes to a stop is named, not left to hang", async () => {
  await using runtime = new Runtime({ native: "require", mode: "offline" });
  const source = runtime.add(nativeSource({ blockSize: 8 }), { id: "source" });
  const idle = runtime.add(sink({ process() {} }), { id: "idle", lane: "main" });
  runtime.connect(source.outputs.audio, idle.inputs.audioIn, { policy: "lossless" });
  await runtime.start();
  await rejects(runtime.finished, (error: SluiceError) => {
    equal(error.code, "InvalidGraph");
    match(error.message, /^The graph has come to a stop: the link from "source.audio" to "idle.audioIn" is full/);
    return true;
  });
});

native("lanes with wrong options are refused", async () => {
  const refused = (lanes: Record<string, unknown>, message: RegExp) =>
    throws(() => new Runtime({ lanes: lanes as never }), (error: SluiceError) => {
      equal(error.code, "InvalidConfig");
      match(error.message, message);
      return true;
    });
  refused({ a: { cpus: [-1] } }, /^Cannot use lane "a": cpus is \[-1\], wanted a list of different processor numbers/);
  refused({ a: { cpus: [0, 0] } }, /wanted a list of different/);
  refused({ a: { cpus: [] } }, /wanted a list/);
  refused({ a: { cpus: [1.5] } }, /wanted a list/);
  refused({ a: { cpus: "0" } }, /wanted a list/);
  refused({ a: { priority: "urgent" } }, /priority is "urgent", wanted "realtime", "high" and "normal"/);
  refused({ a: { kind: "thread" } }, /kind is "thread"/);
  refused({ a: { speed: 1 } }, /it has no option "speed"/);
  refused(
    { a: { kind: "main", priority: "high" } },
    /^Cannot use lane "a": it is the program's own thread, which takes no/,
  );
  refused({ main: { cpus: [0] } }, /takes no "cpus"; leave it out, or use another lane/);
  await using runtime = new Runtime({ native: "require", lanes: { a: { cpus: [1023] } } });
  runtime.add(nativeSource(), { lane: "a" });
  await rejects(
    runtime.start(),
    /^SluiceError: Cannot use lane "a": cpus names 1023, and this machine has \d+ processors/,
  );
});

native("processors and native stages do not share a lane", async () => {
  const invalid = (message: RegExp) => (error: SluiceError) => {
    equal(error.code, "InvalidGraph");
    match(error.message, message);
    return true;
  };
  await using runtime = new Runtime({ native: "require", lanes: { n: { kind: "native" }, w: { kind: "worker" } } });
  runtime.add(nativeSource(), { id: "s", lane: "x" });
  throws(
    () => runtime.add(numberedSource(), { lane: "x" }),
    invalid(
      /it is a TypeScript processor, and the lane runs "s" \(native-source\), a native stage; one lane cannot run/,
    ),
  );
  runtime.add(numberedSource(), { lane: "y" });
  throws(
    () => runtime.add(nativePass(), { lane: "y" }),
    invalid(/it is a native stage, and the lane runs "numbered-source"/),
  );
  throws(() => runtime.add(numberedSource(), { lane: "n" }), invalid(/kind "native", which runs native stages only/));
  throws(() => runtime.add(nativePass(), { lane: "w" }), invalid(/the lane is of kind "worker"/));
  throws(() => runtime.add(nativePass(), { lane: "main" }), invalid(/the lane is of kind "main"/));
});

Deno.test("native stages are refused in portable mode, with what to do", async () => {
  await using runtime = new Runtime({ native: "off" });
  runtime.add(nativeSource(), { id: "s" });
  await rejects(runtime.start(), (error: SluiceError) => {
    equal(error.code, "NativeUnavailable");
    match(
      error.message,
      /^Cannot start: "s" \(native-source\) is a native stage, and portable mode has no native lanes;/,
    );
    match(error.message, /deno task build:native/);
    return true;
  });
});

Deno.test("edits that bring in native stages are refused in portable mode, and use up no place of a lane", async () => {
  await using runtime = new Runtime({ mode: "live", native: "off" });
  runtime.add(numberedSource({ count: 1e9, perTick: 8 }), { id: "source", lane: "main" });
  await runtime.start();
  for (let k = 0; k < MOST_LANES; k++) {
    await rejects(runtime.edit((edit) => void edit.add(nativeSource(), { id: "s", lane: `lane-${k}` })), {
      code: "NativeUnavailable",
      nodeId: "s",
      message:
        /^Cannot edit the graph: "s" \(native-source\) is a native stage, and portable mode has no native lanes; build/,
    });
  }
  await runtime.edit((edit) => edit.move("source", "near"));
  deepEqual(runtime.stats().lanes.map(({ name }) => name), ["main", "near"]);
  await runtime.stop();
});

Deno.test("a native stage cannot be loaded into a TypeScript lane", async () => {
  await rejects(nativeSink().type.load(), /native lanes only/);
});

/** The run came to its end by itself, with every frame accounted for. */
function assertEndedEarly({ outcome, links, nodes, pools }: RunSummary): void {
  equal(outcome, "completed");
  for (const { state, written, read, dropped } of links) {
    equal(state, "closed");
    equal(written, read + dropped.full + dropped.skipped);
  }
  const last = nodes.find((node) => node.type === "native-sink");
  if (last !== undefined) equal(last.figures!.received, 1_000);
  for (const pool of pools) equal(pool.free, pool.slots);
}

/** Puts every sample into `into`, channel by channel. */
function gatheringAll(into: number[]): Script & Record<string, unknown> {
  return {
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        for (let channel = 0; channel < frame.channels; channel++) into.push(...frame.channel(channel));
      }
    },
  };
}
