/**
 * What becomes of a graph in which a node fails, under each policy: what stops, what goes on, what the events and the
 * figures say. source → bad → sink → found, with a second sink that the failure must not disturb.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { SluiceEvent } from "../core/events/event.ts";
import { nativeNodes } from "../core/registry/fixtures/test_stages.ts";
import { Runtime } from "../core/runtime.ts";
import type { RunSummary } from "../core/stats.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { type Fault, faulty, faultyLater } from "./fixtures/faulty.ts";
import { checkingSink, collect, collected, type Findings, numberedSource, pass } from "./fixtures/numbered.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { rare } from "./fixtures/rare.ts";

/** Blocks of a run; the bad node fails at every EVERY-th. */
const COUNT = 5_000;
const EVERY = 1_000;

const SOON: Supervision = { restart: { limit: 10, backoffMs: 1, maxBackoffMs: 4 } };

interface Outcome {
  readonly summary: RunSummary;
  /** Kinds of the events of the bad node, in order, without its states. */
  readonly events: string[];
  readonly states: string[];
  /** What the sink behind the bad node found, and the one beside it. */
  readonly behind: Findings | undefined;
  readonly beside: Findings;
}

interface Setting {
  readonly how: Fault;
  readonly supervision?: Supervision;
  readonly native: "require" | "off";
  readonly lane?: string;
  readonly later?: boolean;
  readonly every?: number;
  readonly setupTimeoutMs?: number;
}

function build(setting: Setting): { runtime: Runtime; seen: SluiceEvent[] } {
  collected.length = 0;
  const { how, supervision, native, lane = "bad", later = false, every = EVERY } = setting;
  const runtime = new Runtime({
    mode: "offline",
    native,
    ...(setting.setupTimeoutMs !== undefined && { setupTimeoutMs: setting.setupTimeoutMs }),
  });
  const seen: SluiceEvent[] = [];
  runtime.events.on("node:bad", (event) => seen.push(event));
  const source = runtime.add(numberedSource({ count: COUNT }), { id: "source", lane: "far" });
  const bad = runtime.add((later ? faultyLater : faulty)({ how, every }), { id: "bad", lane, supervision });
  const behind = runtime.add(checkingSink(), { id: "behind", lane: "main" });
  const beside = runtime.add(checkingSink(), { id: "beside", lane: "far" });
  const found = [0, 1].map((k) => runtime.add(collect(), { id: `found${k}` }));
  runtime.connect(source.outputs.audio, bad.inputs.audioIn);
  runtime.connect(bad.outputs.audioOut, behind.inputs.audio);
  runtime.connect(source.outputs.audio, beside.inputs.audio);
  runtime.connect(behind.outputs.findings, found[0].inputs.data);
  runtime.connect(beside.outputs.findings, found[1].inputs.data);
  return { runtime, seen };
}

async function run(setting: Setting): Promise<Outcome> {
  const { runtime, seen } = build(setting);
  await runtime.start();
  const summary = await runtime.finished;
  assertSpent(summary);
  const beside = collected.find(({ received, last }) => received === COUNT && last === COUNT - 1)!;
  ok(beside !== undefined, "the sink beside got every block");
  const [behind] = collected.filter((each) => each !== beside);
  const told = seen.filter((event) => event.group === "node");
  return {
    summary,
    events: told.filter(({ kind }) => kind !== "state").map(({ kind }) => kind),
    states: told.flatMap((event) => event.kind === "state" ? [event.state] : []),
    behind,
    beside,
  };
}

function figuresOf(summary: RunSummary, id = "bad") {
  return summary.nodes.find((node) => node.id === id)!;
}

/** Faults in a tick that the lane outlives. */
const IN_TICK: { how: Fault; later?: boolean; message: RegExp }[] = [
  { how: "throws", message: /^Node "bad" \(faulty\) failed in process\(\): bad throws, on purpose$/ },
  { how: "rejects", later: true, message: /^Node "bad" \(faulty-later\) failed in process\(\): bad rejects/ },
  { how: "leaves a rejection", message: /^Node "bad" \(faulty\) failed in a callback or a promise: bad leaves/ },
  { how: "throws in a callback", message: /^Node "bad" \(faulty\) failed in a callback or a promise: bad throws in/ },
];

for (const { how, later, message } of IN_TICK) {
  const test = how === "throws" ? eachDriver : rare(eachDriver);
  test(`fail: a node that ${how} ends the run, which names it`, async (native) => {
    const { runtime, seen } = build({ how, later, native });
    await runtime.start();
    await rejects(runtime.finished, { code: "NodeFailed", nodeId: "bad", message });
    const summary = runtime.summary()!;
    equal(summary.outcome, "failed");
    deepEqual([figuresOf(summary).state, figuresOf(summary).errors, figuresOf(summary).restarts], ["failed", 1, 0]);
    deepEqual(seen.flatMap(({ kind }) => kind === "state" ? [] : [kind]), ["failed"]);
  });

  test(`restart: a node that ${how} is built anew each time, and the rest loses nothing`, async (native) => {
    const { summary, events, behind } = await run({ how, later, native, supervision: SOON });
    const { state, errors, restarts } = figuresOf(summary);
    equal(summary.outcome, "completed");
    equal(state, "ended");
    ok(errors >= 1 && restarts >= 1 && restarts <= errors, `${errors} errors, ${restarts} restarts`);
    deepEqual(events.slice(0, 3), ["failed", "restarting", "restarted"]);
    equal(behind!.corrupt + behind!.disordered, 0);
    ok(behind!.received > COUNT / 2 && behind!.received <= COUNT, `${behind!.received} blocks`);
    for (const { name, slots, free } of summary.pools) equal(free, slots, `pool ${name}`);
  });

  test(`disable: a node that ${how} is taken out, and the rest comes to its end`, async (native) => {
    const { summary, events, states, behind } = await run({ how, later, native, supervision: "disable" });
    const { state, errors, restarts } = figuresOf(summary);
    deepEqual([summary.outcome, state, restarts], ["completed", "disabled", 0]);
    ok(errors >= 1);
    deepEqual(events, ["failed", "disabled"]);
    deepEqual(states, ["new", "running", "failed", "disabled"]);
    ok(behind!.last < COUNT - 1, "the sink behind it has ended early");
    const into = summary.links.find(({ to }) => to === "bad.audioIn")!;
    ok(into.dropped.skipped > 0, "what came to it was dropped and counted");
    equal(into.queued, 0);
    for (const { name, slots, free } of summary.pools) equal(free, slots, `pool ${name}`);
  });
}

eachDriver("restart: a node that throws on lane main is built anew as well", async (native) => {
  const { summary, behind } = await run({ how: "throws", native, lane: "main", supervision: SOON });
  deepEqual([summary.outcome, figuresOf(summary).restarts], ["completed", 5]);
  deepEqual([behind!.corrupt, behind!.disordered, behind!.received], [0, 0, COUNT - 5]);
});

eachDriver("restart: past its limit the node fails the run", async (native) => {
  const supervision = { restart: { limit: 2, backoffMs: 1 } };
  const { runtime, seen } = build({ how: "throws", native, supervision });
  await runtime.start();
  await rejects(runtime.finished, {
    code: "NodeFailed",
    nodeId: "bad",
    message: 'Node "bad" failed again after 2 restarts within 60 s: Node "bad" (faulty) failed in process(): ' +
      "bad throws, on purpose",
  });
  deepEqual(seen.flatMap((event) => event.kind === "restarting" ? [[event.attempt, event.afterMs]] : []), [[1, 1], [
    2,
    2,
  ]]);
  equal(figuresOf(runtime.summary()!).restarts, 2);
});

for (const how of ["throws in setup", "rejects in setup", "never returns from setup"] as const) {
  const setupTimeoutMs = 50;
  const message = how === "never returns from setup" ? /did not return from setup\(\) within 50 ms/ : /no device/;
  rare(eachDriver)(`fail: a node that ${how} ends the start`, async (native) => {
    const { runtime } = build({ how, native, setupTimeoutMs });
    await rejects(runtime.start(), { nodeId: "bad", message });
    equal(runtime.summary()!.outcome, "failed");
  });

  rare(eachDriver)(`restart: a node that ${how} fails the run after its last restart`, async (native) => {
    const { runtime, seen } = build({
      how,
      native,
      setupTimeoutMs,
      supervision: { restart: { limit: 2, backoffMs: 1 } },
    });
    await runtime.start();
    await rejects(runtime.finished, { nodeId: "bad", message });
    deepEqual(
      seen.flatMap(({ kind }) => kind === "state" ? [] : [kind]),
      ["failed", "restarting", "failed", "restarting", "failed"],
    );
    deepEqual([figuresOf(runtime.summary()!).errors, figuresOf(runtime.summary()!).restarts], [3, 0]);
  });

  rare(eachDriver)(`disable: a graph runs without a node that ${how}`, async (native) => {
    const { summary, events, behind } = await run({ how, native, setupTimeoutMs, supervision: "disable" });
    deepEqual([summary.outcome, figuresOf(summary).state], ["completed", "disabled"]);
    deepEqual(events, ["failed", "disabled"]);
    equal(behind!.received, 0);
    equal(summary.links.find(({ to }) => to === "bad.audioIn")!.dropped.skipped, COUNT);
    match(figuresOf(summary).type, /faulty/);
  });
}

for (const how of ["exits the worker", "closes the worker"] as const) {
  const test = how === "exits the worker" ? eachDriver : rare(eachDriver);
  test(`restart: after a node ${how}, its lane has a new thread and the rest loses nothing`, async (native) => {
    const { summary, events, behind } = await run({ how, native, supervision: SOON });
    const { state, restarts } = figuresOf(summary);
    deepEqual([summary.outcome, state, restarts], ["completed", "ended", 5]);
    deepEqual(events.slice(0, 4), ["failed", "restarting", "restarted", "failed"]);
    deepEqual([behind!.corrupt, behind!.disordered], [0, 0]);
    ok(behind!.received > COUNT / 2 && behind!.received <= COUNT - 5, `${behind!.received} blocks`);
    for (const { name, slots, free } of summary.pools) equal(free, slots, `pool ${name}`);
  });

  test(`disable: after a node ${how}, the rest comes to its end`, async (native) => {
    const { summary, events, behind } = await run({ how, native, supervision: "disable" });
    deepEqual([summary.outcome, figuresOf(summary).state], ["completed", "disabled"]);
    deepEqual(events, ["failed", "disabled"]);
    ok(behind!.last < COUNT - 1);
    for (const { name, slots, free } of summary.pools) equal(free, slots, `pool ${name}`);
  });

  rare(eachDriver)(`fail: a node that ${how} ends the run`, async (native) => {
    const { runtime } = build({ how, native });
    await runtime.start();
    await rejects(runtime.finished, {
      code: "LaneCrashed",
      message: /^Lane "bad" ended: node "bad" \(faulty\) called/,
    });
  });
}

for (const how of ["leaves a rejection", "throws in a callback"] as const) {
  rare(eachDriver)(
    `restart: a node that ${how} on lane main is built anew, and the program goes on`,
    async (native) => {
      const { summary } = await run({ how, native, lane: "main", supervision: SOON });
      const { state, errors, restarts } = figuresOf(summary);
      deepEqual([summary.outcome, state], ["completed", "ended"]);
      ok(errors >= 1 && restarts >= 1);
    },
  );
}

eachDriver(
  "a rejection that a node on lane main leaves when it is torn down does not end the program",
  async (native) => {
    const { summary } = await run({ how: "leaves a rejection in teardown", native, lane: "main" });
    equal(summary.outcome, "completed");
  },
);

for (const supervision of ["fail", "disable", SOON] as const) {
  const policy = typeof supervision === "string" ? supervision : "restart";
  rare(eachDriver)(
    `${policy}: a node that goes silent has not failed, and the graph comes to its end`,
    async (native) => {
      const { summary, events, behind } = await run({ how: "goes silent", native, supervision });
      deepEqual([summary.outcome, figuresOf(summary).state, figuresOf(summary).errors], ["completed", "ended", 0]);
      deepEqual(events.filter((kind) => kind !== "activity"), []);
      deepEqual([behind!.received, behind!.last], [EVERY, EVERY - 1]);
    },
  );

  rare(eachDriver)(`${policy}: a node that stops slowly has its time`, async (native) => {
    const { summary, behind } = await run({ how: "stops slowly", native, supervision });
    deepEqual([summary.outcome, figuresOf(summary).state], ["completed", "ended"]);
    equal(behind!.received, COUNT + 1, "what flush() writes late comes before the end");
  });

  rare(eachDriver)(
    `${policy}: a node that keeps frames ends the run once no slot is left, which says so`,
    async (native) => {
      const { runtime } = build({ how: "keeps frames", every: 1, native, supervision });
      await runtime.start();
      await rejects(runtime.finished, {
        code: "PoolExhausted",
        message: /node "bad" keeps \d{3} frames, so that node "source" waits for a free slot of pool "audio"; a node/,
      });
      equal(figuresOf(runtime.summary()!).errors, 0);
    },
  );
}

for (const neighbour of ["disable", "fail"] as const) {
  rare(eachDriver)(
    `a lane that ends: its node is restarted, and its neighbour has a policy of its own (${neighbour})`,
    async (native) => {
      await using runtime = new Runtime({ mode: "offline", native });
      const source = runtime.add(numberedSource({ count: COUNT }), { id: "source", lane: "far" });
      const bad = runtime.add(faulty({ how: "exits the worker", every: EVERY }), {
        id: "bad",
        lane: "shared",
        supervision: SOON,
      });
      const other = runtime.add(pass(), { id: "other", lane: "shared", supervision: neighbour });
      runtime.connect(source.outputs.audio, bad.inputs.audioIn);
      runtime.connect(source.outputs.audio, other.inputs.audioIn);
      await runtime.start();
      if (neighbour === "fail") {
        await rejects(runtime.finished, { code: "LaneCrashed" });
        return;
      }
      const summary = await runtime.finished;
      deepEqual([figuresOf(summary).state, figuresOf(summary, "other").state], ["ended", "disabled"]);
      deepEqual([figuresOf(summary).restarts, figuresOf(summary, "other").restarts], [5, 0]);
      assertSpent(summary);
    },
  );
}

Deno.test({
  name: "native: restart: a lane between two native ones is replaced, and counts and slots add up",
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: async () => {
    await using runtime = new Runtime({ mode: "offline", native: "require" });
    const source = runtime.add(nativeNodes.nativeSource({ count: COUNT, blockSize: 16 }), { lane: "first" });
    const bad = runtime.add(faulty({ how: "exits the worker", every: EVERY }), { id: "bad", supervision: SOON });
    const sink = runtime.add(nativeNodes.nativeSink({ checkSamples: false }), { lane: "last" });
    runtime.connect(source.outputs.audio, bad.inputs.audioIn);
    runtime.connect(bad.outputs.audioOut, sink.inputs.audio);
    await runtime.start();
    const summary = await runtime.finished;
    deepEqual([summary.outcome, figuresOf(summary).restarts], ["completed", 5]);
    assertSpent(summary);
    ok(figuresOf(summary, sink.id).framesIn > COUNT / 2);
  },
});
