import assert from "node:assert/strict";
import type { GraphFigures, NodeFigures } from "./graph_figures.ts";
import { HistoryBook } from "./history_book.ts";

const now: NodeFigures = {
  health: "healthy",
  state: "running",
  ticks: 1,
  ticksPerSecond: 10,
  busyShare: 0.5,
  tickP50Ns: 0,
  tickP99Ns: 2000,
  errors: 0,
  blockedOnLink: -1,
  inCallMs: 0,
};

function figuresOf(nodes: number, seconds: number, run = "r1"): GraphFigures {
  return {
    graph: { run, nodes: Array.from({ length: nodes }, (_, k) => ({ id: `n${k}` })), links: [] },
    frame: { nowNs: seconds * 1e9 },
    node: () => now,
  } as unknown as GraphFigures;
}

const values = (book: HistoryBook, id: string) => {
  const { times, series } = book.follow({ kind: "node", id }).slice(100, 60);
  return { times: [...times], first: [...series[0]], third: [...series[2]] };
};

Deno.test("HistoryBook keeps all histories of a small graph from the start", () => {
  const book = new HistoryBook();
  book.take(figuresOf(2, 1));
  book.take(figuresOf(2, 1.1));
  assert.deepEqual(values(book, "n1"), { times: [1, 1.1], first: [10, 10], third: [NaN, NaN] });
});

Deno.test("HistoryBook keeps of a large graph what was looked at, and no more than 96", () => {
  const book = new HistoryBook();
  book.take(figuresOf(500, 1));
  assert.equal(book.size, 0);
  for (let k = 0; k < 200; k++) book.follow({ kind: "node", id: `n${k}` });
  assert.equal(book.size, 96);
  book.take(figuresOf(500, 2));
  assert.deepEqual(values(book, "n199").times, [2]);
});

Deno.test("HistoryBook shows a gap where a tab slept, and nothing of a run before", () => {
  const book = new HistoryBook();
  book.take(figuresOf(1, 1));
  book.take(figuresOf(1, 3601));
  assert.deepEqual(values(book, "n0").first, [10, NaN, 10]);
  book.take(figuresOf(1, 5, "r2"));
  assert.deepEqual(values(book, "n0").times, [5]);
});

Deno.test("HistoryBook shows what the server kept before the first reading, of this run alone", () => {
  const book = new HistoryBook();
  const past = (run: string) => ({
    run,
    keptSeconds: 900,
    epochMs: 0,
    times: [1, 2],
    series: [[7, 8], [1, 1], [1, 1], [1, 1]],
  });
  book.fill({ kind: "node", id: "n0" }, past("r1"));
  book.take(figuresOf(1, 3));
  assert.deepEqual(values(book, "n0"), { times: [1, 2, 3], first: [7, 8, 10], third: [1, 1, NaN] });
  book.take(figuresOf(1, 4, "r2"));
  book.fill({ kind: "node", id: "n0" }, past("r1"));
  assert.deepEqual(values(book, "n0").times, [4]);
});

Deno.test("HistoryBook keeps nothing of a node that was removed", () => {
  const book = new HistoryBook();
  book.take(figuresOf(3, 1));
  assert.equal(book.size, 3);
  const { graph, ...rest } = figuresOf(2, 2);
  book.take({ ...rest, graph: { ...graph, version: 2 } } as GraphFigures);
  assert.equal(book.size, 2);
  assert.deepEqual(values(book, "n1").times, [1, 2]);
});
