import { deepEqual, equal, match } from "node:assert/strict";
import { NODE } from "../../ffi/layout.gen.ts";
import { pass } from "../../tests/fixtures/numbered.ts";
import { controlBytes, ControlPage } from "../control_page.ts";
import { EventBus } from "../events/bus.ts";
import type { SluiceEvent } from "../events/event.ts";
import { failureNumber } from "../events/run_events.ts";
import type { Supervision } from "../graph/supervision.ts";
import type { LaneCommand } from "../lanes/messages.ts";
import type { DraftedEdit } from "../live/edit_site.ts";
import { changeOf } from "../live/fixtures/graph_changes.ts";
import type { GraphChange } from "../live/graph_change.ts";
import { tapLog } from "../log.ts";
import { Topology } from "../topology.ts";
import type { Run } from "./run.ts";
import { RunNodes } from "./run_nodes.ts";
import { Supervisor } from "./supervisor.ts";

/** A supervisor of one node, with a clock that does not advance and a session that does nothing. */
function setUp(supervision: Supervision) {
  const events = new EventBus(() => 0);
  const topology = new Topology({ mode: "live" });
  const { id } = topology.addNode(pass, {}, { id: "n", supervision });
  const nodes = new RunNodes(topology.nodes.values(), events);
  const { states } = nodes;
  const node = () => nodes.get(id)!;
  nodes.tellFailure = (_nodes, { message }) => void did.push(`failed: ${message}`);
  const told: SluiceEvent[] = [];
  events.on("node:n", (event) => told.push(event));
  const did: string[] = [];
  const clock = { ns: 0, nowNs: () => clock.ns };
  const restarts: PromiseWithResolvers<void>[] = [];
  const commits: (() => void)[] = [];
  const sizes = { lanes: 1, links: 1, nodes: 1 };
  const page = ControlPage.format(new ArrayBuffer(controlBytes(sizes)), sizes);
  const restarted = (index: number) => page.f64[(page.nodeOffset(index) + NODE.restarts) >> 3];
  const supervisor = new Supervisor({
    topology,
    events,
    nodes,
    page,
    driver: clock,
    options: { setupTimeoutMs: 0 },
    edits: {
      run: (makeDraft: () => DraftedEdit<undefined>) => {
        const { restart, committed } = makeDraft().extras;
        const [{ node, carries }] = restart!;
        did.push(carries ? "begin" : "begin afresh");
        restarts.push(Promise.withResolvers());
        commits.push(() => {
          const before = restarted(node.index);
          committed!();
          if (restarted(node.index) > before) did.push("restart");
        });
        return restarts.at(-1)!.promise;
      },
    },
    lanes: { named: () => ({ send: ({ kind }: LaneCommand) => void did.push(kind) }) },
    end: (error: Error) => void did.push(`end: ${error.message}`),
  } as unknown as Run);
  const pauses = () => {
    events.close();
    return told.flatMap((event) => event.kind === "restarting" ? [event.afterMs] : []);
  };
  const fail = (times = 1) => {
    for (let k = 0; k < times; k++) supervisor.failed(id, new Error(`failure ${k}`));
  };
  const kinds = () => {
    events.close();
    return told.map(({ kind }) => kind);
  };
  const edited = (change: Partial<GraphChange>) => nodes.edited(changeOf(change));
  return {
    supervisor,
    topology,
    node,
    edited,
    events,
    told,
    states,
    id,
    did,
    clock,
    restarts,
    commits,
    fail,
    pauses,
    kinds,
  };
}

/** Runs a test with timers that it ends itself. */
async function withTimers(body: (timers: { run: () => void; ms: number }[]) => void | Promise<void>): Promise<void> {
  const timers: { run: () => void; ms: number }[] = [];
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = ((run: () => void, ms: number) => timers.push({ run, ms })) as typeof setTimeout;
  globalThis.clearTimeout = ((timer?: number) => {
    if (timer !== undefined) timers[timer - 1].run = () => {};
  }) as typeof clearTimeout;
  try {
    await body(timers);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
}

/** Lets the continuations of settled promises run. */
async function turn(): Promise<void> {
  for (let k = 0; k < 10; k++) await Promise.resolve();
}

Deno.test("Supervisor doubles the pause before each restart, up to the longest", () => {
  const { supervisor, fail, pauses } = setUp({ restart: { limit: 6, backoffMs: 100, maxBackoffMs: 1_000 } });
  supervisor.begin();
  fail(6);
  supervisor.end();
  deepEqual(pauses(), [100, 200, 400, 800, 1_000, 1_000]);
});

Deno.test("Supervisor forgets failures that are older than the window", () => {
  const { supervisor, clock, did, fail, pauses } = setUp({ restart: { limit: 2, windowSeconds: 10, backoffMs: 100 } });
  supervisor.begin();
  fail(2);
  clock.ns = 10e9;
  fail(2);
  deepEqual(did, []);
  fail();
  supervisor.end();
  equal(did.length, 1);
  match(did[0], /^end: Node "n" failed again after 2 restarts within 10 s: failure 0$/);
  deepEqual(pauses(), [100, 200, 100, 200]);
});

Deno.test("Supervisor deals with failures from before the graph ran once it runs", () => {
  const { supervisor, did, fail } = setUp("disable");
  fail();
  deepEqual(did, []);
  supervisor.begin();
  deepEqual(did, ["disable"]);
  fail();
  deepEqual(did, ["disable"], "what is disabled cannot fail");
});

Deno.test("Supervisor disables what waits for a restart when the graph stops, and restarts nothing from then on", () => {
  const { supervisor, id, did, states, fail } = setUp({ restart: {} });
  supervisor.begin();
  fail();
  equal(states.get(id), "restarting");
  supervisor.stop();
  deepEqual(did, ["disable"]);
  supervisor.disabled(id);
  equal(states.get(id), "disabled");
});

Deno.test("Supervisor restarts a node once the pause is over, and not before", () =>
  withTimers((timers) => {
    const { supervisor, did, fail } = setUp({ restart: { limit: 2, backoffMs: 100 } });
    supervisor.begin();
    fail();
    deepEqual([timers.map(({ ms }) => ms), did], [[100], []]);
    timers[0].run();
    deepEqual(did, ["begin"]);
  }));

Deno.test("Supervisor has the first restart of a window carry the state on, and the next begin afresh", () =>
  withTimers((timers) => {
    const { supervisor, states, id, did, commits, fail } = setUp({ restart: {} });
    supervisor.begin();
    for (let k = 0; k < 2; k++) {
      fail();
      timers[k].run();
      commits[k]();
      equal(states.get(id), "running");
    }
    deepEqual(did, ["begin", "restart", "begin afresh", "restart"]);
  }));

Deno.test("Supervisor restarts no node that was removed or whose lane has gone meanwhile", () =>
  withTimers((timers) => {
    for (const how of ["removed", "suspended"] as const) {
      const { supervisor, node, edited, did, fail } = setUp({ restart: {} });
      supervisor.begin();
      fail();
      if (how === "removed") edited({ removed: [node().entry] });
      else node().meet("suspended");
      timers.at(-1)!.run();
      deepEqual(did, [], how);
    }
  }));

Deno.test("Supervisor counts the failures of a node that an edit has put in another one's place from the first", () =>
  withTimers((timers) => {
    const { supervisor, topology, node, edited, id, did, fail, pauses } = setUp({
      restart: { limit: 2, backoffMs: 100 },
    });
    supervisor.begin();
    fail(2);
    const before = node().entry;
    topology.replaceNode(id, pass, {});
    edited({ replaced: [{ before, after: topology.node(id) }] });
    fail(2);
    deepEqual(did, []);
    deepEqual(timers.map(({ ms }) => ms), [100, 200, 100, 200]);
    deepEqual(pauses(), [100, 200, 100, 200]);
  }));

Deno.test("Supervisor says nothing of a restart that comes to its end after the node was removed", () =>
  withTimers(async (timers) => {
    for (const outcome of ["committed", "refused"]) {
      const { supervisor, node, edited, kinds, did, restarts, commits, fail } = setUp({ restart: {} });
      supervisor.begin();
      fail();
      timers.at(-1)!.run();
      edited({ removed: [node().entry] });
      if (outcome === "committed") commits[0]();
      else restarts[0].reject(new Error("too late"));
      await turn();
      deepEqual([did, kinds()], [["begin"], ["state", "state", "restarting"]], outcome);
    }
  }));

Deno.test("Supervisor takes a restart that is refused for a failure, unless the new instance has run by then", () =>
  withTimers(async (timers) => {
    const { supervisor, states, id, did, restarts, commits, fail } = setUp({ restart: {} });
    supervisor.begin();
    fail();
    timers[0].run();
    restarts[0].reject(new Error("refused"));
    await turn();
    deepEqual([did, timers.length, states.get(id)], [["begin", "failed: refused"], 2, "restarting"]);
    timers[1].run();
    commits[1]();
    restarts[1].reject(new Error("a lane came late"));
    await turn();
    deepEqual([did.slice(2), timers.length, states.get(id)], [["begin afresh", "restart"], 2, "running"]);
  }));

Deno.test("Supervisor disables a node whose restart ends, or that fails, after the graph was told to stop", () =>
  withTimers(async (timers) => {
    const { supervisor, did, restarts, commits, fail } = setUp({ restart: {} });
    supervisor.begin();
    fail();
    timers[0].run();
    supervisor.stop();
    commits[0]();
    restarts[0].resolve();
    await turn();
    deepEqual(did, ["begin", "restart", "disable"]);
    const other = setUp({ restart: {} });
    other.supervisor.begin();
    other.supervisor.stop();
    other.fail();
    deepEqual([other.did, timers.length], [["disable"], 1]);
  }));

Deno.test("Supervisor gives its events and lines of the log the number of the failure that they are about", () =>
  withTimers((timers) => {
    const lines: unknown[] = [];
    const endTap = tapLog(({ fields }) => lines.push(fields?.failure));
    const { supervisor, events, id, commits, told } = setUp({ restart: {} });
    const [first, second] = [new Error("it broke"), new Error("it broke")];
    supervisor.begin();
    supervisor.failed(id, first);
    timers[0].run();
    commits[0]();
    supervisor.stop();
    supervisor.failed(id, second);
    supervisor.disabled(id);
    events.close();
    endTap();
    const [one, other] = [first, second].map(failureNumber);
    deepEqual(lines, [one, other]);
    deepEqual(told.flatMap((event) => "failure" in event ? [[event.kind, event.failure]] : []), [
      ["restarting", one],
      ["restarted", one],
      ["disabled", other],
    ]);
  }));

Deno.test("Supervisor tells once that a node is disabled", () => {
  const { supervisor, id, fail, kinds } = setUp("disable");
  supervisor.begin();
  fail();
  supervisor.disabled(id);
  supervisor.disabled(id);
  equal(kinds().filter((kind) => kind === "disabled").length, 1);
});

Deno.test("Supervisor builds a node anew at once that went by no fault of its own, and counts that as no failure", () => {
  const { supervisor, node, id, did, states } = setUp("disable");
  supervisor.begin();
  node().meet("suspended");
  supervisor.revive(node(), new Error("another node keeps the thread"));
  deepEqual([did, states.get(id)], [["begin"], "restarting"]);
  supervisor.end();
});

Deno.test("Supervisor takes a node for failed that is to be built anew and cannot be", () => {
  const { supervisor, node, id, did, states } = setUp("disable");
  supervisor.begin();
  node().meet("started");
  supervisor.revive(node(), new Error("another node keeps the thread"));
  const told = 'Internal error: node "n" is "running", where "rebuilt" cannot be';
  deepEqual([did, node().error?.message], [[`failed: ${told}`, "disable"], told]);
  supervisor.disabled(id);
  equal(states.get(id), "disabled");
});
