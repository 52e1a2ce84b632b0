import { deepEqual, equal, notEqual, throws } from "node:assert/strict";
import { numberedSource } from "../../tests/fixtures/numbered.ts";
import { PortableDriver } from "../driver/portable.ts";
import { EventBus } from "../events/bus.ts";
import type { LanePort } from "../lanes/lane_port.ts";
import type { LaneReport } from "../lanes/messages.ts";
import { GraphMemory } from "./graph_memory.ts";
import { Topology } from "../topology.ts";
import { SessionLanes } from "./session_lanes.ts";

/** How long what a lane said before its thread ended may be on its way, milliseconds. */
const LAST_MS = 1_000;

interface SetUp {
  readonly lanes: SessionLanes;
  readonly memory: GraphMemory;
  readonly topology: Topology;
  /** What lanes have said: each with its index, and what kind of report. */
  readonly heard: readonly string[];
  /** Lanes that were said to run nothing any more. */
  readonly left: readonly number[];
}

/** Lanes of a graph with one node, on main, and intervals that pass when the test says so. */
function setUp(): SetUp {
  const heard: string[] = [];
  const left: number[] = [];
  const driver = new PortableDriver();
  const topology = new Topology("live", () => []);
  topology.addNode(numberedSource, {}, { id: "n", lane: "main" });
  const memory = new GraphMemory(driver, topology, {});
  const lanes = new SessionLanes(
    {
      topology,
      driver,
      events: new EventBus(() => 0),
      pools: {},
      development: false,
      converters: [],
      setupTimeoutMs: 0,
      stopTimeoutMs: 0,
      stuckAfterMs: 0,
      callTimeoutMs: 0,
      awaitTimeoutMs: 0,
    },
    (lane, { kind }) => heard.push(`${lane} ${kind}`),
    (lane) => left.push(lane),
  );
  return { lanes, memory, topology, heard, left };
}

/** Runs a test whose intervals pass when it says so: `pass()` goes on by one, and gives how long that was. */
async function withIntervals(body: (pass: () => Promise<number>) => Promise<void>): Promise<void> {
  const { setInterval } = globalThis;
  let interval: { readonly run: () => void; readonly ms: number } | undefined;
  globalThis.setInterval = ((run: () => void, ms: number) => {
    interval = { run, ms };
    return 0;
  }) as unknown as typeof setInterval;
  try {
    await body(async () => {
      interval!.run();
      for (let turns = 0; turns < 10; turns++) await Promise.resolve();
      return interval!.ms;
    });
  } finally {
    globalThis.setInterval = setInterval;
  }
}

/** A worker of which nothing runs, and which says what a test has it say. */
class ScriptedWorker {
  static readonly all: ScriptedWorker[] = [];
  onmessage: (event: { readonly data: LaneReport }) => void = () => {};
  terminated = 0;

  constructor() {
    ScriptedWorker.all.push(this);
  }

  postMessage(): void {}

  say(kind: LaneReport["kind"]): void {
    this.onmessage({ data: { kind } as LaneReport });
  }

  terminate(): void {
    this.terminated++;
  }
}

/** Runs a test whose lanes are on scripted workers; `pass()` gives them the time to end by themselves. */
async function withWorkers(
  body: (workers: readonly ScriptedWorker[], pass: () => void) => void | Promise<void>,
): Promise<void> {
  const { Worker, setTimeout } = globalThis;
  const { unrefTimer } = Deno;
  const timers: (() => void)[] = [];
  Object.assign(globalThis, { Worker: ScriptedWorker, setTimeout: (run: () => void) => timers.push(run) });
  Deno.unrefTimer = () => {};
  ScriptedWorker.all.length = 0;
  try {
    await body(ScriptedWorker.all, () => timers.splice(0).forEach((run) => run()));
  } finally {
    Object.assign(globalThis, { Worker, setTimeout });
    Deno.unrefTimer = unrefTimer;
  }
}

/** A lane that does not answer. */
const SILENT: LanePort = { name: "silent", index: 1, kind: "worker", send: () => {}, terminate: () => {} };

Deno.test("SessionLanes.makeFor() leaves the name and the index of a lane free whose thread cannot be made", () => {
  const { lanes, memory, topology } = setUp();
  const [first, second] = ["a", "b"].map((id) => topology.addNode(numberedSource, {}, { id, lane: `near-${id}` }));
  const { Worker } = globalThis;
  globalThis.Worker = class {
    constructor() {
      throw new Error("no thread, on purpose");
    }
  } as unknown as typeof Worker;
  try {
    throws(() => lanes.makeFor(first, memory), /^Error: no thread, on purpose$/);
  } finally {
    globalThis.Worker = Worker;
  }
  deepEqual([lanes.indexOf("near-a"), lanes.ports], [-1, []]);
  equal(lanes.makeFor(second, memory)!.index, 1);
  lanes.terminate();
});

Deno.test("SessionLanes.end() waits a second for what a lane has said whose thread has ended", async () => {
  const { lanes } = setUp();
  await withIntervals(async (pass) => {
    let isDead = false;
    let closed: boolean | undefined;
    const ended = lanes.end(SILENT, () => isDead).then((did) => closed = did);
    // While it runs, it is waited for however often it is looked at.
    for (let ms = 0; ms < 2 * LAST_MS;) ms += await pass();
    equal(closed, undefined);
    isDead = true;
    let ms = 0;
    while (closed === undefined && ms < 2 * LAST_MS) ms += await pass();
    deepEqual([closed, ms], [true, LAST_MS]);
    await ended;
  });
});

Deno.test("SessionLanes.end() takes what a lane has said late, though its thread has ended", async () => {
  const { lanes } = setUp();
  await withIntervals(async (pass) => {
    let closed: boolean | undefined;
    const ended = lanes.end(SILENT, () => true).then((did) => closed = did);
    for (let ms = 0; ms < LAST_MS / 2;) ms += await pass();
    equal(closed, undefined);
    lanes.closed(SILENT.index);
    equal(await ended, true);
  });
});

Deno.test("SessionLanes.awaitClosed() waits a second for what a lane has said whose thread has ended", async () => {
  const { lanes, memory } = setUp();
  lanes.makeAll(memory);
  const [main] = lanes.ports;
  await withIntervals(async (pass) => {
    let closed: boolean | undefined;
    const all = lanes.awaitClosed(60_000, () => [main.index]).then((did) => closed = did);
    let ms = 0;
    while (closed === undefined && ms < 2 * LAST_MS) ms += await pass();
    // The first look is at once.
    equal(closed, true);
    equal(ms, LAST_MS - await pass());
    await all;
  });
  main.terminate();
});

Deno.test("SessionLanes says of a lane that it has left once it is told to end, closes by itself, or is freed", async () => {
  const { lanes, memory, topology, left } = setUp();
  const [ending, closed, dead] = ["a", "b", "c"].map((id) =>
    lanes.makeFor(topology.addNode(numberedSource, {}, { id, lane: `near-${id}` }), memory)!
  );
  deepEqual(left, []);
  const ended = lanes.end(ending, () => false);
  deepEqual(left, [ending.index]);
  lanes.closed(closed.index);
  deepEqual(left.slice(1), [closed.index]);
  lanes.free(dead);
  deepEqual(left.slice(2), [dead.index]);
  lanes.closed(ending.index);
  equal(await ended, true);
  lanes.terminate();
});

Deno.test("SessionLanes.goOnWithout() frees a lane's name at once, and its index and row when it closes", async () => {
  const { lanes, memory, topology } = setUp();
  const [first, second] = ["a", "b"].map((id) => topology.addNode(numberedSource, {}, { id, lane: "near" }));
  const other = topology.addNode(numberedSource, {}, { id: "c", lane: "far" });
  const late = lanes.makeFor(first, memory)!;
  const row = lanes.rowOf(late.index);
  let closed = 0;
  lanes.goOnWithout(late, () => closed++);
  deepEqual([lanes.named("near"), lanes.indexOf("near"), lanes.nameOf(late.index)], [undefined, -1, "near"]);
  deepEqual([lanes.unused(new Set()), lanes.open, lanes.late, lanes.rowsSetAside], [[], [], [late], [row]]);

  const next = lanes.makeFor(second, memory)!;
  notEqual(next.index, late.index);
  notEqual(lanes.rowOf(next.index), row);
  deepEqual([lanes.named("near"), lanes.indexOf("near")], [next, next.index]);
  // It is not waited for again, but told of.
  lanes.closed(next.index);
  equal(await lanes.awaitClosed(60_000, () => []), false);

  lanes.closed(late.index);
  deepEqual([closed, lanes.late, lanes.rowsSetAside, lanes.indexOf("near")], [1, [], [], next.index]);
  equal(lanes.makeFor(other, memory)!.index, late.index);
  equal(lanes.rowOf(late.index), row);
  lanes.terminate();
});

Deno.test("SessionLanes takes what the newest thread of a lane says, and nothing of those before it", async () => {
  await withWorkers((workers) => {
    const { lanes, memory, topology, heard } = setUp();
    lanes.makeAll(memory);
    const { index } = lanes.makeFor(topology.addNode(numberedSource, {}, { id: "a", lane: "near" }), memory)!;
    workers[0].say("ended");
    lanes.replace(index);
    for (const kind of ["ended", "closed"] as const) workers[0].say(kind);
    workers[1].say("opened");
    deepEqual(heard, [`${index} ended`, `${index} opened`]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes takes little of what a late lane says, and all of the lane that has its name", async () => {
  await withWorkers((workers) => {
    const { lanes, memory, topology, heard } = setUp();
    const node = topology.addNode(numberedSource, {}, { id: "a", lane: "near" });
    const late = lanes.makeFor(node, memory)!;
    lanes.goOnWithout(late, () => {});
    const next = lanes.makeFor(node, memory)!;
    for (const worker of workers) for (const kind of ["ended", "warning"] as const) worker.say(kind);
    deepEqual(heard, [`${late.index} warning`, `${next.index} ended`, `${next.index} warning`]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes.makeFor() makes a lane that has not closed, with the index of one that has", async () => {
  await withWorkers(() => {
    const { lanes, memory, topology } = setUp();
    const node = topology.addNode(numberedSource, {}, { id: "a", lane: "near" });
    const first = lanes.makeFor(node, memory)!;
    lanes.closed(first.index);
    deepEqual(lanes.open, []);
    lanes.free(first);
    const second = lanes.makeFor(node, memory)!;
    deepEqual([second.index, lanes.open], [first.index, [second]]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes.threadsOf() counts those of a lane, not of the one that had its index before", async () => {
  await withWorkers(() => {
    const { lanes, memory, topology } = setUp();
    lanes.makeAll(memory);
    const node = topology.addNode(numberedSource, {}, { id: "a", lane: "near" });
    for (let lane = 0; lane < 2; lane++) {
      const { index } = lanes.makeFor(node, memory)!;
      equal(lanes.threadsOf(index), 1);
      lanes.replace(index);
      deepEqual([lanes.threadsOf(index), lanes.generationOf(index)], [2, 2 + lane * 2]);
      lanes.free(lanes.at(index)!);
    }
  });
});

Deno.test("SessionLanes.terminate() ends late lanes as well", async () => {
  await withWorkers((workers, pass) => {
    const { lanes, memory, topology } = setUp();
    const [late] = ["a", "b"].map((id) =>
      lanes.makeFor(topology.addNode(numberedSource, {}, { id, lane: `near-${id}` }), memory)!
    );
    lanes.goOnWithout(late, () => {});
    lanes.terminate();
    pass();
    deepEqual(workers.map(({ terminated }) => terminated), [1, 1]);
  });
});

Deno.test("SessionLanes.lookAtLate() takes a late lane for closed that is dead, once what it said last has come", async () => {
  await withWorkers(() => {
    const { lanes, memory, topology } = setUp();
    const late = lanes.makeFor(topology.addNode(numberedSource, {}, { id: "a", lane: "near" }), memory)!;
    let closed = 0;
    lanes.goOnWithout(late, () => closed++);
    for (let k = 0; k < 2; k++) lanes.lookAtLate([late.index]);
    deepEqual([closed, lanes.late], [0, [late]]);
    lanes.lookAtLate([late.index]);
    deepEqual([closed, lanes.late, lanes.rowsSetAside], [1, [], []]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes.awaitClosed() takes late lanes for closed that are dead by then, and waits for none", async () => {
  await withWorkers(async () => {
    const { lanes, memory, topology } = setUp();
    const [first, second] = ["a", "b"].map((id) =>
      lanes.makeFor(topology.addNode(numberedSource, {}, { id, lane: `near-${id}` }), memory)!
    );
    let closed = 0;
    for (const late of [first, second]) lanes.goOnWithout(late, () => closed++);
    equal(await lanes.awaitClosed(60_000, () => [first.index]), false);
    deepEqual([closed, lanes.late], [1, [second]]);
    equal(await lanes.awaitClosed(60_000, () => [second.index]), true);
    lanes.terminate();
  });
});
