import { deepEqual } from "node:assert/strict";
import { LANE, NODE, PHASE } from "../../../ffi/layout.gen.ts";
import { counting, filter, type Script, sink, source } from "../../../tests/fixtures/scripted.ts";
import { controlBytes, ControlPage } from "../../control_page.ts";
import type { EventBus } from "../../events/bus.ts";
import type { EventBody } from "../../events/event.ts";
import type { NodeId } from "../../ids.ts";
import type { ProcessorContext } from "../../processor.ts";
import { Runtime } from "../../runtime.ts";
import type { NodeState } from "../../stats.ts";
import type { NodeEntry } from "../../graph/entries.ts";
import type { Topology } from "../../topology.ts";
import { LaneThread } from "../../lanes/ports/lane_thread.ts";
import type { Run } from "../run.ts";
import { NodeWatch } from "./node_watch.ts";
import { PageSample } from "./page_sample.ts";

/** Keeps the graph from coming to a stop: the node waits for its time again and again. */
const clock = () =>
  source({
    process: (context: ProcessorContext) => context.waitUntilNs(context.nowNs() + 1e6),
  });

/** Waits until `runtime.stats()` first has the wanted activity of each node; the test fails by its time-out. */
async function until(runtime: Runtime, wanted: { readonly [node: string]: unknown }): Promise<void> {
  const now = () => Object.fromEntries(runtime.stats().nodes.map(({ id, activity }) => [id, activity]));
  const fits = () => Object.entries(wanted).every(([id, each]) => JSON.stringify(now()[id]) === JSON.stringify(each));
  while (!fits()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("RuntimeStats names the link that a node waits for, and events tell it and its end", async () => {
  let reads = false;
  await using runtime = new Runtime({ mode: "live" });
  const from = runtime.add(source(counting(100)), { id: "from" });
  const to = runtime.add(
    sink({
      process(this: Script) {
        while (reads && this.audioIn!.read());
      },
    }),
    { id: "to" },
  );
  runtime.add(clock(), { id: "clock" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: 8 });
  const told: unknown[] = [];
  runtime.events.on("node:from", (event) => {
    if (event.group === "node" && event.kind === "activity") told.push(event.activity);
  });
  await runtime.start();
  const blocked = { kind: "blocked", on: "link", name: "link0" };
  await until(runtime, { from: blocked, to: { kind: "idle" } });
  while (told.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  reads = true;
  // An edit makes the readers of a node that it concerns look again.
  await runtime.edit((edit) => {
    const other = edit.add(sink({ process() {} }), { id: "other" });
    edit.connect(from.outputs.audioOut, other.inputs.audioIn, { policy: "drop-newest", capacity: 1 });
  });
  while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  deepEqual(told, [blocked, { kind: "idle" }]);
});

Deno.test("RuntimeStats names the pool that a node waits for, and tells a promise from both", async () => {
  const pools = { audio: { slots: 64, slotBytes: 64 } };
  await using runtime = new Runtime({ mode: "live", pools, stopTimeoutMs: 50 });
  const from = runtime.add(source(counting(100_000)), { id: "from" });
  const slow = runtime.add(filter({ process: () => new Promise<void>(() => {}) }, { isAsync: true }), { id: "slow" });
  const keeper = runtime.add(
    sink({
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) frame.retain();
      },
    }),
    { id: "keeper" },
  );
  runtime.add(clock(), { id: "clock" });
  runtime.connect(from.outputs.audioOut, slow.inputs.audioIn, { policy: "drop-newest", capacity: 1 });
  runtime.connect(from.outputs.audioOut, keeper.inputs.audioIn, { capacity: 1 });
  await runtime.start();
  await until(runtime, { from: { kind: "blocked", on: "pool", name: "audio" }, slow: { kind: "awaiting" } });
});

interface Looks {
  /** The states of "a" and "b". */
  readonly states?: readonly NodeState[];
  /** True if "draft" is being prepared. */
  readonly drafted?: boolean;
  /** True if the lane is lost. */
  readonly isLost?: boolean;
}

/** Nodes "a" and "b" of the graph and "draft" outside it, on a lane whose thread is kept in no call from the start. */
class KeptLane {
  /** Events of nodes. */
  readonly told: string[] = [];
  readonly #page: ControlPage;
  readonly #graph: readonly NodeEntry[] = [entry("a", 0), entry("b", 1)];
  readonly #draft: NodeEntry = entry("draft", 2);
  readonly #topology: Topology;
  readonly #watch: NodeWatch;
  readonly #states = new Map<NodeId, NodeState>();
  #lane: LaneThread = thread();
  #nowNs = 0;

  constructor(phases: { readonly [id: string]: number }, stuckAfterNs = 5e8) {
    const sizes = { lanes: 2, links: 1, nodes: 3 };
    const page = this.#page = ControlPage.format(new ArrayBuffer(controlBytes(sizes)), sizes);
    page.f64[(page.laneOffset(1) + LANE.rounds) >> 3] = 7;
    for (const { id, index } of [...this.#graph, this.#draft]) {
      page.u32[(page.nodeOffset(index) + NODE.phase) >> 2] = phases[id] ?? PHASE.idle;
    }
    const publish = (event: EventBody) => {
      if (event.group !== "node") return;
      this.told.push(`${event.nodeId} ${event.kind === "activity" ? `is ${event.activity.kind}` : event.kind}`);
    };
    const topology = { nodes: new Map(this.#graph.map((node) => [node.id, node])), links: new Map() };
    const events = { publish } as unknown as EventBus;
    this.#topology = topology as unknown as Topology;
    const run = { topology, page, states: this.#states, events, pools: [] } as unknown as Run;
    this.#watch = new NodeWatch(run, () => stuckAfterNs);
  }

  /** Returns the findings of looks over this many seconds: the stuck node, and the other candidates. */
  look(seconds: number, { states = ["running", "running"], drafted = false, isLost = false }: Looks = {}): unknown {
    if (isLost) {
      this.#lane.lose({ error: new Error("it was lost on purpose"), cause: "stuck" });
      this.#lane.silence();
    }
    for (const [k, { id }] of this.#graph.entries()) this.#states.set(id, states[k]);
    let found: unknown;
    for (let left = seconds * 4; left > 0; left--) {
      const { stuck, kept } = this.#watch.look(
        new PageSample(this.#topology, this.#page, this.#nowNs += 25e7),
        [this.#lane],
        { drafted: drafted ? [this.#draft] : [], gone: [] },
      );
      found = { stuck: stuck.map(({ node }) => node.id), kept: kept.map(({ nodes }) => nodes.map(({ id }) => id)) };
    }
    return found;
  }

  /** Returns the activity of a node. */
  activity(node: number): string {
    return this.#watch.activityOf(this.#graph[node], this.#nowNs).kind;
  }

  /** Puts a node into a call. */
  call(node: number): void {
    this.#page.u32[(this.#page.laneOffset(1) + LANE.currentNode) >> 2] = node + 1;
  }

  /** Makes another thread for the lane, which is not open yet. */
  reopen(): void {
    this.#lane = thread(this.#lane);
  }

  /** Lets that thread run the lane, and no node. */
  renew(): void {
    this.#lane.opened([]);
    this.#lane.joined();
    this.#page.u32[(this.#page.laneOffset(1) + LANE.currentNode) >> 2] = 0;
    for (const { index } of this.#graph) this.#page.u32[(this.#page.nodeOffset(index) + NODE.phase) >> 2] = PHASE.idle;
    this.goOn();
  }

  /** Makes the lane complete a round. */
  goOn(): void {
    this.#page.f64[(this.#page.laneOffset(1) + LANE.rounds) >> 3]++;
  }
}

/** @param before the thread whose place it takes */
function thread(before?: LaneThread): LaneThread {
  const life = { lane: 1, generation: (before?.ordinal ?? 0) + 1, row: 1 };
  const made = new LaneThread("near", "worker", life, { report: () => {}, changed: () => {} }, before);
  if (before === undefined) made.opened([]);
  return made;
}

function entry(id: string, index: number): NodeEntry {
  return { id: id as NodeId, index, lane: "near" } as NodeEntry;
}

Deno.test("NodeWatch.look() finds the one node stuck that awaits something on a lane that stands still", () => {
  const lane = new KeptLane({ b: PHASE.await });
  deepEqual(lane.look(2), { stuck: ["b"], kept: [] });
  deepEqual([lane.activity(0), lane.activity(1)], ["idle", "stuck"]);
  lane.goOn();
  deepEqual(lane.look(0.25), { stuck: [], kept: [] });
  deepEqual(lane.activity(1), "awaiting");
});

Deno.test("NodeWatch.look() names each node that may keep a lane which stands still", () => {
  const awaiting = new KeptLane({ a: PHASE.await, draft: PHASE.setup });
  deepEqual(awaiting.look(2, { drafted: true }), { stuck: [], kept: [["a", "draft"]] });
  deepEqual(awaiting.activity(0), "awaiting");
  deepEqual(new KeptLane({}).look(2), { stuck: [], kept: [["a", "b"]] });
  deepEqual(new KeptLane({}).look(2, { states: ["running", "disabled"] }), { stuck: ["a"], kept: [] });
});

Deno.test("NodeWatch.look() gives an edit 10 s more to load modules on a lane", () => {
  const lane = new KeptLane({ a: PHASE.await }, 5e9);
  deepEqual(lane.look(14, { drafted: true }), { stuck: [], kept: [] });
  deepEqual(lane.look(2, { drafted: true }), { stuck: ["a"], kept: [] });
});

for (const becomes of ["restarting", "disabled"] as const) {
  Deno.test(`NodeWatch.look() tells that a node is stuck no more that has failed for it and is ${becomes}`, () => {
    const lane = new KeptLane({ a: PHASE.await });
    lane.look(2);
    lane.look(2, { states: ["failed", "failed"], isLost: true });
    lane.reopen();
    lane.look(1, { states: ["failed", "failed"] });
    deepEqual([lane.told, lane.activity(0)], [["a is stuck", "a stuck"], "stuck"]);
    lane.renew();
    lane.look(1, { states: [becomes, becomes] });
    lane.goOn();
    lane.look(0.25, { states: ["running", "running"] });
    deepEqual(lane.told, ["a is stuck", "a stuck", "a is idle"]);
  });
}

for (const state of ["restarting", "failed"] as const) {
  Deno.test(`NodeWatch.look() tells of a node that is ${state} and does not return from a call`, () => {
    const lane = new KeptLane({});
    lane.call(0);
    deepEqual(lane.look(2, { states: [state, "running"] }), { stuck: ["a"], kept: [] });
    deepEqual(lane.told, ["a is stuck", "a stuck"]);
  });
}

Deno.test("NodeWatch.look() leaves a lane that is left with no node: it closes", () => {
  deepEqual(new KeptLane({ a: PHASE.await }).look(5, { states: ["ended", "disabled"] }), { stuck: [], kept: [] });
});
