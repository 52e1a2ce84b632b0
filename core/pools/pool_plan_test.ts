import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { POOL } from "../../ffi/layout.gen.ts";
import type { FrameKind } from "../frames/format.ts";
import { type LoadLink, type LoadNode, type PoolLoad, poolLoads } from "./pool_loads.ts";
import { assertPool, planPools, poolNeeds, PoolSpare } from "./pool_plan.ts";

const LANES = ["main", "near", "far"];

/** The load of a graph on a pool for frames of a kind. */
function load(pool: string, kind: FrameKind, queued = 1, held = 1): PoolLoad {
  return { pool, kind, queued, held };
}

Deno.test("poolNeeds() adds up what each pool is asked for, kinds first and then names", () => {
  const loads = [load("z", "audio"), load("data", "data"), load("a", "audio"), load("audio", "audio", 2, 3)];
  const needs = poolNeeds([...loads, load("audio", "audio", 5, 7)], 2, {});
  deepEqual(needs.map(({ pool }) => pool), ["audio", "data", "a", "z"]);
  deepEqual(needs[0], { pool: "audio", slotBytes: 65_536, queued: 7, held: 10, atHand: 16, slots: 33 });
});

Deno.test("poolNeeds() gives a named pool slots for the largest frames that it is used for, and a kind's for its own", () => {
  const bytesOf = (loads: PoolLoad[], sizes = {}) => poolNeeds(loads, 1, sizes).map(({ slotBytes }) => slotBytes);
  deepEqual(bytesOf([load("mine", "data"), load("mine", "audio")]), [65_536]);
  deepEqual(bytesOf([load("mine", "audio"), load("mine", "data")]), [65_536]);
  deepEqual(bytesOf([load("data", "data"), load("data", "audio")]), [16_384]);
  deepEqual(bytesOf([load("mine", "audio")], { mine: { slotBytes: 100 } }), [100]);
});

Deno.test("planPools() sets slots aside for edits, or as many as the graph needs", () => {
  const slots = (spare?: "little") =>
    planPools([load("audio", "audio", 5, 7)], 1, {}, undefined, undefined, spare)[0].slots;
  deepEqual([slots(), slots("little")], [256, 20]);
});

Deno.test("planPools() refuses more pools than there can be", () => {
  const loads = (count: number) => Array.from({ length: count }, (_, k) => load(`pool${k}`, "data"));
  planPools(loads(POOL.maxPools), 1, {});
  throws(() => planPools(loads(POOL.maxPools + 1), 1, {}), {
    code: "InvalidConfig",
    message: `Cannot start: the graph uses ${POOL.maxPools + 1} pools, at most ${POOL.maxPools}`,
  });
});

Deno.test("planPools() refuses a pool that would be too large by the slots that it is given, too", () => {
  const slots = 8 * 2 ** 30 / 65_536;
  deepEqual(planPools([load("audio", "audio")], 1, { audio: { slots } }).map((each) => each.slots), [slots]);
  throws(() => planPools([load("audio", "audio")], 1, { audio: { slots: slots + 1 } }), {
    code: "InvalidConfig",
    key: "pools.audio",
    message: /^Cannot start: pool "audio" would need 131073 slots of 65536 bytes, 8193 MiB, more than 8192 MiB; /,
  });
});

Deno.test("planPools() has a pool grow with elements of the kinds alone that it is used for", () => {
  const loads = [load("audio", "audio", 200, 92), load("data", "data", 200, 92), load("mine", "audio", 200, 92)];
  const slots = (growth: [FrameKind, number][]) => planPools(loads, 1, {}, new Map(growth)).map((each) => each.slots);
  deepEqual(slots([]), [600, 600, 600]);
  deepEqual(slots([["audio", 10]]), [610, 600, 610]);
});

Deno.test("assertPool() takes kinds and declared pools, and names them where there is no such pool", () => {
  for (const name of ["audio", "data", "mine"]) assertPool(name, "n", { mine: {} });
  throws(() => assertPool("theirs", "n", { mine: {} }), {
    code: "InvalidConfig",
    nodeId: "n",
    message: /^Cannot give node "n" the pool "theirs": the pools are "audio", .* and "mine"; declare it in "pools"$/,
  });
});

Deno.test("PoolSpare.take() takes as much as a pool has, and nothing where it has less", () => {
  const needs = poolNeeds(poolLoads([source("a", "main")], []), 1, {});
  const spare = new PoolSpare(needs, (pool) => needs.find((need) => need.pool === pool)!.slots + 10, 1);
  const more = (held: number) => [{ pool: "audio", kind: "audio", queued: 0, held }] as const;
  equal(spare.take(more(11), 1), false);
  equal(spare.take(more(4), 1), true);
  equal(spare.take(more(7), 1), false);
  equal(spare.take(more(6), 1), true);
  equal(spare.take([], 1), true);
  equal(spare.take([], 2), false, "a lane has slots at hand");
  equal(spare.take([{ pool: "data", kind: "data", queued: 0, held: 1 }], 1), false, "there is no such pool");
});

Deno.test("PoolSpare.take() takes no piece of a graph with which the pools would not fit its whole", () => {
  const piece = fc.record({
    kind: fc.constantFrom("audio", "data"),
    lane: fc.nat(2),
    from: fc.nat(20),
    capacity: fc.nat(9),
  });
  fc.assert(fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), fc.nat(1_000), (pieces, room) => {
    const nodes: LoadNode[] = [source("n0", "main"), {
      ...source("n1", "main"),
      outputs: [{ kind: "data", burst: 1 }],
    }];
    const links: LoadLink[] = [];
    const needsNow = () => {
      const lanes = new Set(["main", ...nodes.map(({ lane }) => lane)]).size;
      return { lanes, needs: poolNeeds(poolLoads(nodes, links), lanes, {}) };
    };
    const first = needsNow();
    const slots = new Map(first.needs.map((need) => [need.pool, need.slots + room]));
    const spare = new PoolSpare(first.needs, (pool) => slots.get(pool)!, first.lanes);
    for (const { kind, lane, from, capacity } of pieces) {
      const writer = nodes[from % nodes.length];
      const node: LoadNode = {
        id: `n${nodes.length}`,
        lane: LANES[lane],
        outputs: [{ kind: kind as "audio", burst: 2 }],
      };
      const link: LoadLink = {
        fromNode: writer.id,
        toNode: node.id,
        kind: writer.outputs[0].kind,
        capacity: capacity + 1,
      };
      nodes.push(node);
      links.push(link);
      const { needs, lanes } = needsNow();
      const added = poolLoads([node, { ...writer, outputs: [] }], [link]);
      const fits = needs.every((need) => need.slots <= slots.get(need.pool)!);
      const taken = spare.take(added, lanes);
      ok(fits || !taken);
      // A graph that has room for each node at once gets its slots.
      const most = needs.every((need) => need.slots + 400 <= slots.get(need.pool)!);
      ok(taken || !most);
      if (!taken) return;
    }
  }));
});

function source(id: string, lane: string): LoadNode {
  return { id, lane, outputs: [{ kind: "audio", burst: 1 }] };
}
