import assert from "node:assert/strict";
import { GraphHistory, type HistoryLists } from "./graph_history.ts";
import { LINK_SERIES, NODE_SERIES } from "../schemas/history.ts";
import { STATS_TABLES } from "../schemas/stats_layout.ts";
import type { StatsFrame } from "../schemas/stats_frame.ts";

function listsOf(nodes: number, links: number): HistoryLists {
  const list = (name: string, length: number) => Array.from({ length }, (_, k) => ({ id: `${name}${k}` }));
  return { nodes: list("n", nodes), links: list("l", links) };
}

/** A reading in which every node and link has counted as much as the other ones. */
function frameOf({ nodes, links }: HistoryLists, seconds: number, version = 1): StatsFrame {
  const table = (name: "nodes" | "links", length: number, values: { readonly [column: string]: number }) =>
    Object.fromEntries(
      Object.keys(STATS_TABLES[name]).map((column) => [column, new Float64Array(length).fill(values[column] ?? 0)]),
    );
  return {
    version,
    nowNs: seconds * 1e9,
    nodes: table("nodes", nodes.length, { ticks: seconds * 100, busyUs: seconds * 250_000, tickP99: 80 }),
    links: table("links", links.length, {
      written: seconds * 50,
      droppedFull: seconds * 10,
      queued: 3,
      ageNs: 4e6,
    }),
  } as unknown as StatsFrame;
}

function fill(history: GraphHistory, lists: HistoryLists, from: number, to: number, version?: number): void {
  for (let second = from; second <= to; second++) history.take(frameOf(lists, second, version), lists, []);
}

Deno.test("GraphHistory tells rates between steps, and nothing where nothing was measured", () => {
  const history = new GraphHistory();
  const lists = listsOf(1, 1);
  history.take(frameOf(lists, 1), lists, [9e6]);
  history.take(frameOf(lists, 2), lists, [9e6]);
  const node = history.get("node", "n0")!;
  assert.deepEqual(node.times, [1, 2]);
  assert.deepEqual(node.series.slice(0, 3), [[null, 100], [null, 25], [null, null]]);
  const p99Us = node.series[3][1]!;
  assert.ok(Math.abs(p99Us / (2 ** (10 + 79.5 / 8) / 1e3) - 1) < 0.004, `${p99Us}`);
  const link = history.get("link", "l0")!;
  assert.deepEqual(link.series, [[null, 50], [null, 40], [null, 10], [3, 3], [9, 9]]);
});

Deno.test("GraphHistory has no rate over a gap of more than five seconds, nor of a count that began anew", () => {
  const history = new GraphHistory();
  const lists = listsOf(1, 0);
  fill(history, lists, 10, 11);
  fill(history, lists, 20, 20);
  history.take({ ...frameOf(lists, 2), nowNs: 21e9 }, lists, []);
  assert.deepEqual(history.get("node", "n0")!.series[0], [null, 100, null, null]);
});

Deno.test("GraphHistory keeps 15 minutes of 1,000 nodes and 1,500 links in 20.7 MB", () => {
  const history = new GraphHistory();
  const lists = listsOf(1_000, 1_500);
  fill(history, lists, 1, 3);
  assert.equal(history.keptSeconds, 900);
  assert.equal(history.bytes, 900 * (1_000 * NODE_SERIES.length * 2 + 1_500 * LINK_SERIES.length * 2 + 8));
  assert.equal((history.bytes / 1e6).toFixed(1), "20.7");
});

Deno.test("GraphHistory keeps within its bytes by going back less far, and takes up the room when there is more", () => {
  const small = listsOf(1, 1);
  const large = listsOf(100, 100);
  const history = new GraphHistory(240 * (100 * 8 + 100 * 10 + 8));
  fill(history, small, 1, 1_000);
  assert.equal(history.keptSeconds, 900);
  assert.deepEqual([history.get("node", "n0")!.times[0], history.get("node", "n0")!.times.length], [101, 900]);
  fill(history, large, 1_001, 1_010, 2);
  assert.equal(history.keptSeconds, 240);
  assert.ok(history.bytes <= 240 * (100 * 8 + 100 * 10 + 8));
  const { times, series } = history.get("link", "l0")!;
  assert.deepEqual(times, Array.from({ length: 240 }, (_, k) => 771 + k));
  assert.ok(series[0].every((rate) => rate === 50), `${series[0]}`);
  // What came in is known from its first step on.
  assert.equal(history.get("link", "l99")!.times[0], 1_001);
  fill(history, small, 1_011, 1_020, 3);
  assert.equal(history.keptSeconds, 900);
  assert.deepEqual(history.get("node", "n0")!.times, Array.from({ length: 250 }, (_, k) => 771 + k));
  assert.ok(history.get("node", "n0")!.series[0].every((rate) => rate === 100));
});

Deno.test("GraphHistory drops what a removed node or link left, also where the id comes back later", () => {
  const history = new GraphHistory();
  fill(history, listsOf(2, 1), 1, 5);
  fill(history, listsOf(1, 0), 6, 7, 2);
  assert.deepEqual([history.get("node", "n1"), history.get("link", "l0")], [undefined, undefined]);
  fill(history, listsOf(2, 1), 8, 9, 3);
  assert.deepEqual(history.get("node", "n1")!.times, [8, 9]);
  assert.deepEqual(history.get("node", "n0")!.times, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
