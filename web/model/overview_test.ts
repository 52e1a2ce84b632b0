import assert from "node:assert/strict";
import { type GraphSnapshot, NODE_STATES } from "../../control/schemas/graph.ts";
import { BUCKET_SHIFTS, bucketNs, STATS_TABLES, type StatsTable } from "../../control/schemas/stats_layout.ts";
import type { StatsFrame } from "../../control/schemas/stats_frame.ts";
import { GraphFigures } from "./graph_figures.ts";
import { overviewOf } from "./overview.ts";

const node = { type: "t", category: "audio", inputs: [], outputs: [] };
const link = { fromPort: "out", toPort: "in", capacity: 8, kind: "audio", type: "AudioFrame" };
const graph: GraphSnapshot = {
  run: "r1",
  version: 1,
  title: "test",
  state: "running",
  mode: "live",
  driver: "native",
  stuckAfterMs: 2_000,
  nodes: [
    { ...node, id: "source", lane: "a" },
    { ...node, id: "fast", lane: "b" },
    { ...node, id: "slow", lane: "b" },
  ],
  links: [
    { ...link, id: "l0", fromNode: "source", toNode: "fast", policy: "roll-off" },
    { ...link, id: "l1", fromNode: "source", toNode: "slow", policy: "roll-off" },
    { ...link, id: "l2", fromNode: "source", toNode: "slow", policy: "latest" },
  ],
  lanes: ["a", "b", "c"].map((name) => ({ name, kind: "worker", threadId: 1, warnings: [] })),
  pools: [],
};

type Values = { readonly [column: string]: readonly number[] };

function frameAt(ms: number, nodes: Values, links: Values): StatsFrame {
  const table = (name: StatsTable, length: number, values: Values) =>
    Object.fromEntries(
      Object.keys(STATS_TABLES[name]).map((column) => [column, values[column] ?? new Array(length).fill(0)]),
    );
  return {
    version: 1,
    state: "running",
    elapsedNs: ms * 1e6,
    nowNs: ms * 1e6,
    nodes: table("nodes", 3, { state: new Array(3).fill(NODE_STATES.indexOf("running")), ...nodes }),
    links: table("links", 3, links),
    lanes: table("lanes", 3, {}),
    pools: table("pools", 0, {}),
  } as unknown as StatsFrame;
}

Deno.test("overviewOf() sums drops, busy shares by lane, and has the ages of the latest sink", () => {
  const figures = new GraphFigures(graph);
  assert.equal(overviewOf(figures), undefined);
  figures.take(frameAt(0, {}, {}));
  assert.deepEqual(overviewOf(figures), {
    droppedPerSecond: NaN,
    skippedPerSecond: 0,
    worstLink: -1,
    lost: 0,
    lossAgoMs: Infinity,
    lossyLink: -1,
    lanes: ["a", "b", "c"].map((name) => ({ name, busyShare: NaN })),
    latest: undefined,
    pools: [],
  });
  const ages = { ageP50: [0, 20, 30], ageP99: [0, 25, 40] };
  const drops = { written: [100, 100, 100], droppedFull: [1, 4, 0], droppedSkipped: [0, 0, 30] };
  figures.take(frameAt(1_000, { busyUs: [100_000, 300_000, 500_000], ...ages }, drops));
  assert.deepEqual(overviewOf(figures), {
    droppedPerSecond: 5,
    skippedPerSecond: 30,
    worstLink: 1,
    lost: 5,
    lossAgoMs: 0,
    lossyLink: 1,
    lanes: [{ name: "b", busyShare: 0.8 }, { name: "a", busyShare: 0.1 }, { name: "c", busyShare: NaN }],
    latest: {
      node: 2,
      p50Ns: bucketNs(30, BUCKET_SHIFTS.ageP50),
      p99Ns: bucketNs(40, BUCKET_SHIFTS.ageP99),
    },
    pools: [],
  });
});

Deno.test("overviewOf() has the slots of each pool that are taken, of those that it has", () => {
  const pools = [["audio", 64], ["data", 8]].map(([name, slots]) => ({ name: `${name}`, slots: +slots, slotBytes: 1 }));
  const figures = new GraphFigures({ ...graph, pools });
  figures.take({ ...frameAt(0, {}, {}), pools: { free: [40, 8] } } as unknown as StatsFrame);
  assert.deepEqual(overviewOf(figures)!.pools, [
    { name: "audio", slots: 64, taken: 24 },
    { name: "data", slots: 8, taken: 0 },
  ]);
});

Deno.test("overviewOf() has no more than a core for a lane, and neither rates nor ages after the end", () => {
  const figures = new GraphFigures(graph);
  figures.take(frameAt(0, {}, {}));
  const nodes = { busyUs: [0, 900_000, 900_000], ageP50: [0, 9, 9], ageP99: [0, 9, 9] };
  figures.take(frameAt(1_000, nodes, { written: [9, 9, 9], droppedFull: [9, 9, 9] }));
  assert.deepEqual(overviewOf(figures)!.lanes[0], { name: "b", busyShare: 1 });
  figures.end("stopped");
  const { droppedPerSecond, worstLink, lanes, latest } = overviewOf(figures)!;
  assert.deepEqual([droppedPerSecond, worstLink, lanes[0].busyShare, latest], [0, -1, 0, undefined]);
});
