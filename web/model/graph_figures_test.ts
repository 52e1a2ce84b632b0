import assert from "node:assert/strict";
import { type GraphSnapshot, NODE_STATES } from "../../control/schemas/graph.ts";
import { BLOCKED_ON, BUCKET_SHIFTS, bucketNs, PHASES, STATS_TABLES } from "../../control/schemas/stats_layout.ts";
import type { Columns, StatsFrame } from "../../control/schemas/stats_frame.ts";
import { GraphFigures } from "./graph_figures.ts";

const node = { lane: "worker", category: "audio", inputs: [], outputs: [] };
const graph: GraphSnapshot = {
  run: "r1",
  version: 3,
  title: "test",
  state: "running",
  mode: "live",
  driver: "native",
  stuckAfterMs: 2_500,
  nodes: [{ ...node, id: "tone", type: "tone-source" }, { ...node, id: "level", type: "level-meter" }],
  links: [{
    id: "l1",
    fromNode: "tone",
    fromPort: "audio",
    toNode: "level",
    toPort: "audioIn",
    policy: "roll-off",
    capacity: 8,
    kind: "audio",
    type: "AudioFrame",
  }],
  lanes: [],
  pools: [],
};

type Values = Readonly<Record<string, readonly number[]>>;

/** A frame with zeros where nothing is given, read `ms` milliseconds after the start. */
function frameAt(ms: number, nodes: Values = {}, links: Values = {}, version = 3): StatsFrame {
  function table<T extends keyof typeof STATS_TABLES>(name: T, length: number, values: Values): Columns<T> {
    const names = Object.keys(STATS_TABLES[name]);
    return Object.fromEntries(
      names.map((column) => [column, Float64Array.from(values[column] ?? new Array(length).fill(0))]),
    ) as unknown as Columns<T>;
  }
  return {
    subscription: 1,
    version,
    reading: 1,
    missed: 0,
    state: "running",
    elapsedNs: ms * 1e6,
    nowNs: ms * 1e6,
    nodes: table("nodes", nodes.ticks?.length ?? 2, { state: [2, 2], ...nodes }),
    links: table("links", 1, links),
    lanes: table("lanes", 0, {}),
    pools: table("pools", 0, {}),
  };
}

Deno.test("GraphFigures takes rates from the runtime's clock, and the rest from the newest frame", () => {
  const figures = new GraphFigures(graph);
  assert.equal(figures.node(0), undefined);
  figures.take(frameAt(0, { ticks: [10, 0] }, { written: [10], queued: [2] }));
  figures.take(frameAt(100, { ticks: [20, 5], busyUs: [50_000, 0], tickP50: [9, 0] }, { written: [20], queued: [3] }));
  assert.deepEqual(figures.node(0), {
    health: "healthy",
    state: "running",
    ticks: 20,
    ticksPerSecond: 100,
    busyShare: 0.5,
    tickP50Ns: bucketNs(9, BUCKET_SHIFTS.tickP50),
    tickP99Ns: 0,
    errors: 0,
    blockedOnLink: -1,
    inCallMs: 0,
  });
  const link = figures.link(0);
  assert.equal(link?.read, 17);
  assert.equal(link?.readPerSecond, 90);
  assert.equal(link?.writtenPerSecond, 100);
  assert.equal(link?.health, "healthy");
});

Deno.test("GraphFigures refuses a frame of another version, and keeps what it has", () => {
  const figures = new GraphFigures(graph);
  assert.equal(figures.take(frameAt(0, {}, { written: [7] })), true);
  assert.equal(figures.take(frameAt(100, {}, { written: [9] }, 4)), false);
  assert.equal(figures.link(0)?.written, 7);
});

Deno.test("GraphFigures shows a drop for two seconds, and none that came before the page", () => {
  const figures = new GraphFigures(graph);
  const at = (ms: number, droppedFull: number) => {
    figures.take(frameAt(ms, {}, { written: [ms + 100], droppedFull: [droppedFull] }));
    return figures.linkHealth[0];
  };
  assert.notEqual(at(0, 50), "dropping");
  assert.equal(at(100, 51), "dropping");
  assert.equal(at(2000, 51), "dropping");
  assert.equal(at(2200, 51), "healthy");
  assert.equal(figures.link(0)!.lossAgoMs, 2100);
  // Once they are acknowledged, only what comes then counts.
  assert.equal(figures.link(0)!.unseenDrops, 51);
  figures.acknowledgeDrops(0);
  assert.equal(figures.link(0)!.unseenDrops, 0);
  at(2300, 53);
  assert.equal(figures.link(0)!.unseenDrops, 2);
});

Deno.test("GraphFigures takes what a link of policy latest lets go for no drop", () => {
  const figures = new GraphFigures({ ...graph, links: graph.links.map((link) => ({ ...link, policy: "latest" })) });
  for (const ms of [0, 100, 200]) figures.take(frameAt(ms, {}, { written: [ms + 100], droppedFull: [ms] }));
  assert.notEqual(figures.linkHealth[0], "dropping");
  figures.take(frameAt(300, {}, { written: [400], droppedFull: [300], droppedLaneLost: [1] }));
  assert.equal(figures.linkHealth[0], "dropping");
});

Deno.test("GraphFigures names the stuck node and the link that blocks another, and is as ill as the gravest", () => {
  const figures = new GraphFigures(graph);
  const nodes = {
    ticks: [5, 5],
    phase: [PHASES.indexOf("idle"), PHASES.indexOf("process")],
    inCallMs: [0, 2600],
    blocked: [BLOCKED_ON.indexOf("link"), 0],
    blockedOn: [1, 0],
    state: [NODE_STATES.indexOf("running"), NODE_STATES.indexOf("running")],
  };
  // From the limit of the runtime on, 2,500 ms.
  figures.take(frameAt(0, { ...nodes, inCallMs: [0, 2400] }, { written: [8], queued: [8] }));
  assert.notEqual(figures.nodeHealth[1], "stuck");
  figures.take(frameAt(10, nodes, { written: [8], queued: [8] }));
  figures.take(frameAt(100, nodes, { written: [8], queued: [8] }));
  assert.deepEqual(figures.nodeHealth, ["blocked", "stuck"]);
  assert.equal(figures.node(0)?.blockedOnLink, 0);
  assert.equal(figures.linkHealth[0], "blocked");
  assert.equal(figures.health, "stuck");
});

Deno.test("GraphFigures.changes goes up when a condition changes, and not with figures alone", () => {
  const figures = new GraphFigures(graph);
  const at = (ms: number, ticks: number) => {
    figures.take(frameAt(ms, { ticks: [ticks, ticks] }, { written: [ticks] }));
    return figures.changes;
  };
  at(0, 0);
  const flowing = at(100, 10);
  assert.equal(at(200, 20), flowing);
  assert.equal(at(300, 40), flowing);
  for (let ms = 400; ms < 1600; ms += 100) at(ms, 40);
  assert.equal(figures.nodeHealth[0], "idle");
  assert.equal(figures.changes, flowing + 1);
});

Deno.test("GraphFigures shows no rate over an hour in which the tab slept", () => {
  const figures = new GraphFigures(graph);
  figures.take(frameAt(0, { ticks: [1, 1] }));
  figures.take(frameAt(3_600_000, { ticks: [9, 9] }));
  assert.ok(Number.isNaN(figures.node(0)?.ticksPerSecond));
  figures.take(frameAt(3_600_100, { ticks: [10, 9] }));
  assert.equal(figures.node(0)?.ticksPerSecond, 10);
});

Deno.test("GraphFigures of another version go on with what both have, by id", () => {
  const before = new GraphFigures(graph);
  before.take(frameAt(0, { ticks: [10, 20] }, { written: [10], droppedFull: [3] }));
  before.take(frameAt(100, { ticks: [20, 21] }, { written: [20], droppedFull: [3] }));
  // A node is put in front: indices are others.
  const edited = { ...graph, version: 4, nodes: [{ ...node, id: "new", type: "gain" }, ...graph.nodes] };
  const figures = new GraphFigures(edited, before);
  assert.equal(figures.known, true);
  assert.deepEqual(figures.nodeHealth, ["idle", "healthy", "healthy"]);
  const frame = frameAt(200, { ticks: [0, 30, 22], state: [2, 2, 2] }, { written: [30], droppedFull: [3] }, 4);
  assert.equal(figures.take(frame), true);
  assert.deepEqual([1, 2].map((k) => figures.node(k)?.ticksPerSecond), [100, 10]);
  assert.deepEqual(figures.nodeHealth, ["idle", "healthy", "healthy"]);
  assert.deepEqual(figures.linkHealth, ["healthy"]);
  figures.take(frameAt(300, { ticks: [0, 40, 23], state: [2, 2, 2] }, { written: [40], droppedFull: [4] }, 4));
  assert.deepEqual(figures.linkHealth, ["dropping"]);
});

Deno.test("GraphFigures.end() leaves neither rates nor drops in sight, and what failed failed", () => {
  const figures = new GraphFigures(graph);
  figures.take(frameAt(0, { ticks: [10, 0] }, { written: [10] }));
  figures.take(frameAt(100, { ticks: [20, 0], state: [2, NODE_STATES.indexOf("failed")] }, { droppedFull: [1] }));
  assert.deepEqual(figures.linkHealth, ["dropping"]);
  figures.end("failed");
  assert.deepEqual(figures.linkHealth, ["ended"]);
  assert.deepEqual(figures.nodeHealth, ["ended", "failed"]);
  assert.equal(figures.node(0)?.ticksPerSecond, 0);
  assert.equal(figures.link(0)?.droppedPerSecond, 0);
});

Deno.test("GraphFigures calls no link late that gets a frame each second, and one that stops getting them", () => {
  const figures = new GraphFigures(graph);
  const seen = new Set<string>();
  for (let ms = 0; ms <= 12_000; ms += 100) {
    const written = Math.floor(ms / 1000) + 100;
    figures.take(frameAt(ms + 50, {}, { written: [written], ageNs: [(ms % 1000) * 1e6] }));
    if (ms > 2_000) seen.add(figures.linkHealth[0]);
  }
  assert.deepEqual([...seen], ["healthy"]);
  for (let ms = 12_100; ms <= 15_000; ms += 100) {
    figures.take(frameAt(ms + 50, {}, { written: [112], ageNs: [(ms - 12_000) * 1e6] }));
  }
  assert.deepEqual(figures.linkHealth, ["late"]);
});

Deno.test("GraphFigures shows the age that frames come to, not the one of a moment", () => {
  const figures = new GraphFigures(graph);
  const shown: number[] = [];
  for (let ms = 0; ms < 3_000; ms += 100) {
    // A frame each half second: at one moment it is 0 to 400 ms old.
    figures.take(frameAt(ms, {}, { written: [1 + Math.floor(ms / 500)], ageNs: [(ms % 500) * 1e6] }));
    if (ms >= 500) shown.push(figures.link(0)!.ageNs);
  }
  assert.deepEqual([...new Set(shown)], [400e6]);
  figures.take(frameAt(3_600, {}, { written: [9], ageNs: [1e6] }));
  figures.take(frameAt(4_200, {}, { written: [9], ageNs: [1e6] }));
  assert.equal(figures.link(0)!.ageNs, 1e6);
});

Deno.test("GraphFigures.node() says that a node awaits a link while nothing else is the matter", () => {
  const [tone, level] = graph.nodes;
  const figures = new GraphFigures({ ...graph, nodes: [tone, { ...level, awaits: "audioIn" }] });
  const awaits = (ms: number, nodes: Values) => {
    figures.take(frameAt(ms, nodes));
    return figures.node(1)?.awaits;
  };
  assert.equal(awaits(0, {}), "audioIn");
  assert.equal(awaits(100, { state: [2, NODE_STATES.indexOf("ended")] }), undefined);
});

Deno.test("GraphFigures tells losses from frames that a policy leaves out, and takes the time of one from whoever saw it", () => {
  const figures = new GraphFigures({ ...graph, mode: "live" });
  figures.take(frameAt(0, {}, { written: [50], droppedFull: [7], droppedSkipped: [4] }));
  assert.deepEqual([figures.link(0)!.unseenDrops, figures.link(0)!.unseenLost], [11, 7]);
  assert.equal(figures.link(0)!.lossAgoMs, Infinity);
  figures.noteLoss(0, -60_000);
  assert.equal(figures.link(0)!.lossAgoMs, 60_000);
  // What this page saw itself is newer.
  figures.take(frameAt(1_000, {}, { written: [60], droppedFull: [9], droppedSkipped: [4] }));
  figures.noteLoss(0, 500);
  assert.equal(figures.link(0)!.lossAgoMs, 0);
  figures.acknowledgeDrops(0);
  assert.equal(figures.link(0)!.unseenLost, 0);
});

Deno.test("GraphFigures calls a link of a live graph full once it has been so for a second", () => {
  const figures = new GraphFigures({ ...graph, mode: "live" });
  const at = (ms: number, queued: number) => {
    figures.take(frameAt(ms, {}, { written: [50], queued: [queued] }));
    return figures.link(0)!.isFull;
  };
  assert.deepEqual([at(0, 8), at(900, 8), at(1_000, 8), at(1_100, 7), at(1_200, 8)], [
    false,
    false,
    true,
    false,
    false,
  ]);
});
