import { deepEqual, equal, notEqual, throws } from "node:assert/strict";
import { LANE } from "../../ffi/layout.gen.ts";
import { numberedSource } from "../../tests/fixtures/numbered.ts";
import { PortableDriver } from "../driver/portable.ts";
import { SluiceError } from "../errors.ts";
import { EventBus } from "../events/bus.ts";
import type { LaneReport } from "../lanes/messages.ts";
import { leaveRow, noteDeath } from "../memory/reclaim.ts";
import { GraphMemory } from "../live/graph_memory.ts";
import { Topology } from "../topology.ts";
import type { LaneThread } from "../lanes/ports/lane_thread.ts";
import { KeptStates } from "./kept_states.ts";
import { MAX_LANES, SessionLanes } from "./session_lanes.ts";

/** How long the last reports of an ended thread may take to arrive, milliseconds. */
const LAST_MS = 1_000;

interface SetUp {
  readonly lanes: SessionLanes;
  readonly memory: GraphMemory;
  readonly topology: Topology;
  /** The reports of lanes: each with its index, and the kind. */
  readonly heard: readonly string[];
  /** The states that lanes have reached: each with its index. */
  readonly states: readonly string[];
  /** Makes a lane for a node. */
  make(lane: string): LaneThread;
  /** Ends a lane's thread without a report. */
  kill(lane: LaneThread): void;
}

/** Lanes of a graph with one node, on main, and intervals that the test advances. */
function setUp(): SetUp {
  const heard: string[] = [];
  const states: string[] = [];
  const driver = new PortableDriver();
  const topology = new Topology({ mode: "live" });
  topology.addNode(numberedSource, {}, { id: "n", lane: "main" });
  const memory = new GraphMemory(driver, topology, {});
  const lanes = new SessionLanes(
    {
      topology,
      driver,
      events: new EventBus(() => 0),
      pools: {},
      endsWithSources: true,
      kept: new KeptStates(),
      resume: false,
      memory: {},
      development: false,
      converters: [],
      setupTimeoutMs: 0,
      stopTimeoutMs: 0,
      stuckAfterMs: 0,
      callTimeoutMs: 0,
      awaitTimeoutMs: 0,
    },
    {
      report: ({ index }, { kind }) => heard.push(`${index} ${kind}`),
      changed: ({ index, state }) => states.push(`${index} ${state}`),
    },
  );
  let nodes = 0;
  const make = (lane: string) =>
    lanes.makeFor(topology.addNode(numberedSource, {}, { id: `made-${nodes++}`, lane }), memory)!;
  const kill = ({ life }: LaneThread) => void noteDeath(memory.page, life);
  return { lanes, memory, topology, heard, states, make, kill };
}

/** Runs a test that advances intervals: `pass()` advances by one, and returns its length. */
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

/** A worker that runs nothing, and sends the reports that a test chooses. */
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

Deno.test("SessionLanes.makeFor() leaves the name and the index of a lane free whose thread cannot be made", () => {
  const { lanes, make } = setUp();
  const { Worker } = globalThis;
  globalThis.Worker = class {
    constructor() {
      throw new Error("no thread, on purpose");
    }
  } as unknown as typeof Worker;
  try {
    throws(() => make("near-a"), /^Error: no thread, on purpose$/);
  } finally {
    globalThis.Worker = Worker;
  }
  deepEqual([lanes.indexOf("near-a"), lanes.all], [-1, []]);
  equal(make("near-b").index, 1);
  lanes.terminate();
});

Deno.test("SessionLanes.end() waits a second for what a lane has said whose thread has ended", async () => {
  await withWorkers(async () => {
    const { lanes, make, kill } = setUp();
    const lane = make("near");
    await withIntervals(async (pass) => {
      let isOver = false;
      const ended = lanes.end(lane).then(() => isOver = true);
      // The session waits for a running lane, however often it looks.
      for (let ms = 0; ms < 2 * LAST_MS;) ms += await pass();
      equal(isOver, false);
      kill(lane);
      let ms = 0;
      while (!isOver && ms < 2 * LAST_MS) ms += await pass();
      deepEqual([lane.state, ms], ["gone", LAST_MS]);
      await ended;
    });
  });
});

Deno.test("SessionLanes.end() takes what a lane has said late, though its thread has ended", async () => {
  await withWorkers(async () => {
    const { lanes, make, kill } = setUp();
    const lane = make("near");
    kill(lane);
    await withIntervals(async (pass) => {
      const ended = lanes.end(lane);
      for (let ms = 0; ms < LAST_MS / 2;) ms += await pass();
      equal(lane.state, "ending");
      lane.closed();
      await ended;
      equal(lane.state, "gone");
    });
  });
});

Deno.test("SessionLanes.awaitClosed() waits a second for what a lane has said whose thread has ended", async () => {
  const { lanes, memory, kill } = setUp();
  lanes.makeAll(memory);
  const [main] = lanes.all;
  kill(main);
  await withIntervals(async (pass) => {
    let closed: boolean | undefined;
    const all = lanes.awaitClosed(60_000).then((did) => closed = did);
    let ms = 0;
    while (closed === undefined && ms < 2 * LAST_MS) ms += await pass();
    // The first look is at once.
    equal(closed, true);
    equal(ms, LAST_MS - await pass());
    await all;
  });
  main.terminate();
});

Deno.test("SessionLanes.awaitClosed() waits for no lane whose thread a node keeps", async () => {
  await withWorkers(async () => {
    const { lanes, make } = setUp();
    make("near").hold = { error: new SluiceError("NodeFailed", "kept"), limitNs: 0, isIsolated: false, forNs: 0 };
    equal(await lanes.awaitClosed(60_000), false);
    lanes.terminate();
  });
});

Deno.test("SessionLanes tells of a lane once it is told to end, closes, or is freed", async () => {
  await withWorkers(async () => {
    const { lanes, states, make } = setUp();
    const [ending, closed, dead] = ["a", "b", "c"].map((name) => make(`near-${name}`));
    deepEqual(states, []);
    const ended = lanes.end(ending);
    deepEqual(states.splice(0), [`${ending.index} ending`]);
    closed.closed();
    deepEqual(states.splice(0), [`${closed.index} closed`]);
    dead.lose({ error: new Error("lost, on purpose"), cause: "ended" });
    dead.free();
    deepEqual(states.splice(0), [`${dead.index} lost`, `${dead.index} gone`]);
    ending.closed();
    await ended;
    deepEqual(states, [`${ending.index} closed`, `${ending.index} gone`]);
    lanes.terminate();
  });
});

/** Tries to end a lane that does not end, so that the graph continues without it. */
async function leaveBehind(lanes: SessionLanes, lane: LaneThread, pass: () => void): Promise<void> {
  const ended = lanes.end(lane);
  pass();
  await ended;
}

Deno.test("SessionLanes.end() frees the name of a lane that does not close, and its index and row when it closes", async () => {
  await withWorkers(async (_, pass) => {
    const { lanes, make } = setUp();
    const late = make("near");
    const { row } = late.life;
    await leaveBehind(lanes, late, pass);
    deepEqual([lanes.named("near"), lanes.indexOf("near"), lanes.at(late.index)], [undefined, -1, undefined]);
    deepEqual([lanes.all, lanes.open, lanes.late, lanes.rowsSetAside], [[], [], [late], [row]]);

    const next = make("near");
    notEqual(next.index, late.index);
    notEqual(next.life.row, row);
    deepEqual([lanes.named("near"), lanes.indexOf("near")], [next, next.index]);
    late.closed();
    deepEqual([late.state, lanes.late, lanes.rowsSetAside, lanes.indexOf("near")], ["gone", [], [], next.index]);
    const other = make("far");
    deepEqual([other.index, other.life.row], [late.index, row]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes takes what the newest thread of a lane says, and nothing of those before it", async () => {
  await withWorkers((workers) => {
    const { lanes, heard, make } = setUp();
    const old = make("near");
    workers[0].say("ended");
    old.lose({ error: new Error("lost, on purpose"), cause: "stuck" });
    old.fence();
    lanes.replace(old);
    for (const kind of ["ended", "closed"] as const) workers[0].say(kind);
    workers[1].say("opened");
    deepEqual(heard, [`${old.index} ended`, `${old.index} opened`]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes takes little of what a late lane says, and all of the lane that has its name", async () => {
  await withWorkers(async (workers, pass) => {
    const { lanes, heard, make } = setUp();
    const late = make("near");
    await leaveBehind(lanes, late, pass);
    const next = make("near");
    for (const worker of workers) for (const kind of ["ended", "warning"] as const) worker.say(kind);
    deepEqual(heard, [`${late.index} warning`, `${next.index} ended`, `${next.index} warning`]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes.makeFor() makes a lane that has not closed, with the index of one that has", async () => {
  await withWorkers(async () => {
    const { lanes, make } = setUp();
    const first = make("near");
    first.closed();
    deepEqual(lanes.open, []);
    await lanes.end(first);
    const second = make("near");
    deepEqual([second.index, lanes.open], [first.index, [second]]);
    lanes.terminate();
  });
});

Deno.test("LaneThread.ordinal counts the threads of a lane, not those of the one that had its index before", async () => {
  await withWorkers(() => {
    const { lanes, make } = setUp();
    for (let count = 0; count < 2; count++) {
      const first = make("near");
      equal(first.ordinal, 1);
      first.lose({ error: new Error("lost, on purpose"), cause: "ended" });
      first.free();
      const second = lanes.replace(first);
      deepEqual([second.ordinal, second.life.generation], [2, 2 + count * 2]);
      second.opened([]);
      second.lose({ error: new Error("lost, on purpose"), cause: "ended" });
      second.free();
    }
  });
});

Deno.test("SessionLanes gives a lane's thread the row of its index, and another one once one was given up there", async () => {
  await withWorkers(() => {
    const { lanes, make } = setUp();
    const old = make("a");
    equal(old.life.row, 1);
    giveUp(old);
    deepEqual(lanes.rowsSetAside, [1]);
    const next = lanes.replace(old);
    deepEqual([next.index, next.life.row, make("b").life.row], [1, MAX_LANES - 1, 2]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes gives the row of a thread to others that was given up and has left it", async () => {
  await withWorkers(() => {
    const { lanes, memory, make } = setUp();
    const old = make("a");
    giveUp(old);
    const next = lanes.replace(old);
    leaveRow(memory.pools, old.life.row);
    next.opened([]);
    next.lose({ error: new Error("lost, on purpose"), cause: "ended" });
    next.free();
    equal(lanes.replace(next).life.row, 1);
    deepEqual([old.state, lanes.rowsSetAside], ["gone", []]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes.lookAtLate() frees the row of a thread that was given up and has ended", async () => {
  await withWorkers(() => {
    const { lanes, memory, make } = setUp();
    const old = make("a");
    giveUp(old);
    lanes.replace(old);
    lanes.lookAtLate();
    deepEqual(lanes.rowsSetAside, [1]);
    const { lane, generation, row } = old.life;
    memory.page.u32[(memory.page.laneOffset(row) + LANE.rowEnded) >> 2] = lane << 24 | generation;
    lanes.lookAtLate();
    deepEqual([old.state, lanes.rowsSetAside], ["gone", []]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes refuses a lane's next thread when those that were given up have all rows that no lane has", async () => {
  await withWorkers(() => {
    const { lanes, make } = setUp();
    let lane = make("a");
    make("b");
    giveUp(lane);
    for (let count = 1; count < MAX_LANES - 2; count++) {
      lane = lanes.replace(lane);
      giveUp(lane, true);
    }
    equal(lane.life.row, 3);
    throws(() => lanes.replace(lane), { code: "Busy", message: /"a": 2 lanes and 62 threads/ });
    lanes.terminate();
  });
});

/** @param again whether the thread was made in place of another */
function giveUp(lane: LaneThread, again = false): void {
  if (again) lane.opened([]);
  lane.lose({ error: new Error("kept, on purpose"), cause: "stuck" });
  lane.fence();
}

Deno.test("SessionLanes.terminate() ends late lanes as well", async () => {
  await withWorkers(async (workers, pass) => {
    const { lanes, make } = setUp();
    const [late] = ["a", "b"].map((name) => make(`near-${name}`));
    await leaveBehind(lanes, late, pass);
    lanes.terminate();
    pass();
    deepEqual(workers.map(({ terminated }) => terminated), [1, 1]);
  });
});

Deno.test("SessionLanes.lookAtLate() takes a late lane for closed that is dead, once what it said last has come", async () => {
  await withWorkers(async (_, pass) => {
    const { lanes, make, kill } = setUp();
    const late = make("near");
    await leaveBehind(lanes, late, pass);
    lanes.lookAtLate();
    kill(late);
    for (let k = 0; k < 2; k++) lanes.lookAtLate();
    deepEqual([late.state, lanes.late], ["late", [late]]);
    lanes.lookAtLate();
    deepEqual([late.state, lanes.late, lanes.rowsSetAside], ["gone", [], []]);
    lanes.terminate();
  });
});

Deno.test("SessionLanes.awaitClosed() takes late lanes for closed that are dead by then, and waits for none", async () => {
  await withWorkers(async (_, pass) => {
    const { lanes, make, kill } = setUp();
    const [first, second] = ["a", "b"].map((name) => make(`near-${name}`));
    for (const late of [first, second]) await leaveBehind(lanes, late, pass);
    kill(first);
    equal(await lanes.awaitClosed(60_000), false);
    deepEqual([first.state, lanes.late], ["gone", [second]]);
    kill(second);
    equal(await lanes.awaitClosed(60_000), true);
    lanes.terminate();
  });
});
