import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { type LoadLink, type LoadNode, poolLoads } from "./pool_loads.ts";
import { poolNeeds } from "./pool_plan.ts";
import { PoolSpare } from "./pool_spare.ts";

const LANES = ["main", "near", "far"];

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
