import { deepEqual, ok } from "node:assert/strict";
import { type LoadLink, type LoadNode, type PoolLoad, poolLoads } from "./pool_loads.ts";

const OUTPUT = { kind: "audio", burst: 1 } as const;

Deno.test("poolLoads() counts a link for every pool whose frames can come that way, and for no other", () => {
  const nodes: LoadNode[] = [
    { id: "own", lane: "a", pool: "large", outputs: [OUTPUT] },
    { id: "usual", lane: "a", outputs: [OUTPUT] },
    { id: "mix", lane: "a", outputs: [OUTPUT] },
    { id: "sink", lane: "a", outputs: [] },
  ];
  const links = [link("own", "mix"), link("usual", "mix"), link("mix", "sink")];
  deepEqual(queuedBy(poolLoads(nodes, links)), { large: 8, audio: 8 });
});

Deno.test("poolLoads() counts frames of a named pool round a loop once for each link", () => {
  const nodes: LoadNode[] = [
    { id: "a", lane: "x", pool: "large", outputs: [OUTPUT] },
    { id: "b", lane: "x", pool: "large", outputs: [OUTPUT] },
  ];
  deepEqual(queuedBy(poolLoads(nodes, [link("a", "b"), link("b", "a")])), { large: 8 });
});

Deno.test("poolLoads() leaves kinds for which no node names a pool to the pool of the kind", () => {
  const nodes: LoadNode[] = [
    { id: "both", lane: "x", outputs: [OUTPUT, { kind: "data", burst: 1 }] },
    { id: "named", lane: "x", pool: "large", outputs: [{ kind: "data", burst: 1 }] },
    { id: "sink", lane: "y", outputs: [] },
  ];
  const links: LoadLink[] = [link("both", "sink"), { ...link("named", "sink"), kind: "data" }];
  deepEqual(queuedBy(poolLoads(nodes, links)), { audio: 8, data: 0, large: 8 });
});

Deno.test("poolLoads() takes the pool that a node names for an output, and that of the kind for others", () => {
  const nodes: LoadNode[] = [
    {
      id: "camera",
      lane: "x",
      pool: { left: "large", notes: "small" },
      outputs: [{ ...OUTPUT, name: "left" }, { ...OUTPUT, name: "right" }, { kind: "data", name: "notes", burst: 1 }],
    },
    { id: "sink", lane: "x", outputs: [] },
  ];
  const links: LoadLink[] = [link("camera", "sink"), { ...link("camera", "sink"), kind: "data" }];
  // A link of audio counts for both pools: the link does not name the output it comes from.
  deepEqual(queuedBy(poolLoads(nodes, links)), { large: 4, audio: 4, small: 4 });
});

Deno.test("poolLoads() counts the node of a lane that has most in hand, and each that lasts beside it", () => {
  const node = (id: string, lane: string, burst: number, lasts = false): LoadNode => ({
    id,
    lane,
    lasts,
    outputs: [{ kind: "audio", burst }],
  });
  const held = (...nodes: LoadNode[]) => poolLoads(nodes, []).reduce((sum, load) => sum + load.held, 0);
  deepEqual(held(node("a", "x", 5), node("b", "x", 3)), 5 + 2 * 2);
  deepEqual(held(node("a", "x", 5), node("b", "y", 3)), 5 + 3 + 2 * 2);
  deepEqual(held(node("a", "x", 5), node("b", "x", 3, true)), 5 + 3 + 2 * 2);
  deepEqual(held(node("a", "x", 5), node("b", "x", 3, true), node("c", "x", 4, true)), 5 + 3 + 4 + 3 * 2);
});

Deno.test("poolLoads() asks less than a GiB and a half of a live graph of 1,000 nodes and 1,500 links of audio", () => {
  const nodes = Array.from({ length: 1_000 }, (_, k): LoadNode => ({
    id: `n${k}`,
    lane: `lane ${k % 4}`,
    outputs: [{ kind: "audio", burst: k % 10 === 0 ? 4 : 1 }],
  }));
  const links = Array.from({ length: 1_500 }, (_, k): LoadLink => ({
    fromNode: `n${k % 1_000}`,
    toNode: `n${(k * 7 + 4 * (k % 3) + 1) % 1_000}`,
    kind: "audio",
    capacity: 8,
    evicts: true,
  }));
  const [{ queued, held }] = poolLoads(nodes, links);
  ok((queued + held) * 65_536 < 1.5 * 2 ** 30, `${queued} queued, ${held} held`);
});

/** Links of 4 frames. */
function link(fromNode: string, toNode: string): LoadLink {
  return { fromNode, toNode, kind: "audio", capacity: 4 };
}

function queuedBy(loads: readonly PoolLoad[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { pool, queued } of loads) sums[pool] = (sums[pool] ?? 0) + queued;
  return sums;
}
