import assert from "node:assert/strict";
import type { ClientEvents } from "../../control/client/client.ts";
import type { GraphSnapshot, GraphState } from "../../control/schemas/graph.ts";
import { STATS_TABLES } from "../../control/schemas/stats_layout.ts";
import type { Columns, StatsFrame } from "../../control/schemas/stats_frame.ts";
import { type LiveClient, LiveGraph, type LivePart } from "./live_graph.ts";

const graph: GraphSnapshot = {
  run: "r1",
  version: 1,
  title: "test",
  state: "running",
  mode: "live",
  driver: "native",
  stuckAfterMs: 2_000,
  nodes: [],
  links: [],
  lanes: [],
  pools: [],
};

function frameOf(version: number, state: GraphState = "running"): StatsFrame {
  const table = <T extends keyof typeof STATS_TABLES>(name: T) =>
    Object.fromEntries(Object.keys(STATS_TABLES[name]).map((each) => [each, new Uint8Array(0)])) as unknown as Columns<
      T
    >;
  const tables = { nodes: table("nodes"), links: table("links"), lanes: table("lanes"), pools: table("pools") };
  return { subscription: 1, version, reading: 1, missed: 0, state, elapsedNs: 0, nowNs: 0, ...tables };
}

/** A client that tells what the test says, and answers `graph.get` with `answer`. */
function scripted(answer: GraphSnapshot = graph) {
  const listeners = new Map<string, (value: never) => void>();
  const client = {
    on: (event: string, listener: (value: never) => void) => {
      listeners.set(event, listener);
      return () => {};
    },
    status: "open",
    call: () => Promise.resolve(answer),
  } as unknown as LiveClient;
  const changed: LivePart[] = [];
  const lose = () => Object.assign(client, { status: "waiting" });
  const live = new LiveGraph(client, (part) => changed.push(part));
  const tell = <E extends keyof ClientEvents>(event: E, value: ClientEvents[E]) =>
    listeners.get(event)!(value as never);
  return { live, tell, changed, lose };
}

const event = { seq: 1, timeMs: 1, topic: "runtime", kind: "started", level: "info", message: "" } as const;

Deno.test("LiveGraph keeps its figures when the same graph is told again, and not those of another version", () => {
  const { live, tell } = scripted();
  tell("graph", graph);
  tell("stats", frameOf(1));
  const before = live.figures;
  tell("graph", { ...graph });
  assert.equal(live.figures, before);
  tell("graph", { ...graph, version: 2 });
  assert.notEqual(live.figures, before);
  assert.equal(live.figures?.frame, undefined);
});

Deno.test("LiveGraph forgets events, lines and figures when the runtime was restarted", () => {
  const { live, tell } = scripted();
  tell("graph", graph);
  tell("events", [event]);
  assert.equal(live.events.length, 1);
  const again = { ...graph, run: "r2" };
  tell("restart", again);
  tell("graph", again);
  assert.equal(live.events.length, 0);
  assert.equal(live.restarts, 1);
  assert.equal(live.figures?.graph.run, "r2");
});

Deno.test("LiveGraph asks for the graph anew when its state changes: the error stands there", async () => {
  const { live, tell } = scripted({ ...graph, state: "failed", error: { code: "NodeFailed", message: "it threw" } });
  tell("graph", graph);
  tell("stats", frameOf(1, "failed"));
  assert.equal(live.state, "failed");
  await Promise.resolve();
  assert.equal(live.graph?.error?.message, "it threw");
});

Deno.test("LiveGraph keeps at most 500 events", () => {
  const { live, tell } = scripted();
  tell("graph", graph);
  for (let k = 0; k < 30; k++) tell("events", Array.from({ length: 100 }, (_, n) => ({ ...event, seq: k * 100 + n })));
  assert.equal(live.events.length, 500);
  assert.equal(live.events[499].seq, 2999);
});

Deno.test("LiveGraph knows by its event that the graph has ended, though no reading says so", () => {
  const { live, tell } = scripted();
  tell("graph", graph);
  tell("stats", frameOf(1));
  tell("events", [{ ...event, kind: "ended", data: { outcome: "failed" }, message: "it threw" }]);
  assert.equal(live.state, "failed");
  assert.equal(live.figures?.over, true);
});

Deno.test("LiveGraph keeps no problem that a lost connection made, and forgets one when another is open", () => {
  const { live, tell, lose } = scripted();
  tell("problem", new Error("a message of another layout"));
  assert.equal(live.problem?.message, "a message of another layout");
  tell("status", "open");
  assert.equal(live.problem, undefined);
  lose();
  tell("problem", new Error("the connection was lost"));
  assert.equal(live.problem, undefined);
});

Deno.test("LiveGraph shows a run that began, though the end of the one before is told after it", () => {
  const { live, tell } = scripted();
  tell("graph", graph);
  const again = { ...graph, run: "r2", version: 2 };
  tell("restart", again);
  tell("graph", again);
  tell("stats", frameOf(2));
  tell("events", [{ ...event, kind: "ended", data: { outcome: "stopped" } }]);
  assert.equal(live.figures?.over, true);
  tell("events", [{ ...event, seq: 2 }]);
  assert.deepEqual([live.state, live.figures?.over], ["running", false]);
  tell("stats", frameOf(2));
  assert.equal(live.state, "running");
  tell("events", [{ ...event, seq: 3, kind: "ended", data: { outcome: "stopped" } }, { ...event, seq: 4 }]);
  assert.equal(live.state, "running");
});
