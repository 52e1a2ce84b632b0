import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { graphOrder } from "./order.ts";

Deno.test("graphOrder() puts each node before those that it feeds", () => {
  const edges = [{ from: "c", to: "a" }, { from: "b", to: "a" }, { from: "d", to: "b" }, { from: "d", to: "c" }];
  const order = graphOrder(["a", "b", "c", "d"], edges);
  for (const { from, to } of edges) ok(order.indexOf(from) < order.indexOf(to), order.join());
});

Deno.test("graphOrder() keeps the places of nodes that no link orders", () => {
  deepEqual(graphOrder(["b", "a", "c"], []), ["b", "a", "c"]);
});

Deno.test("graphOrder() enters a loop where the graph feeds it", () => {
  const edges = [
    { from: "delay", to: "mix" },
    { from: "source", to: "mix" },
    { from: "mix", to: "delay" },
    { from: "mix", to: "sink" },
  ];
  const order = graphOrder(["delay", "sink", "mix", "source"], edges);
  deepEqual(order.slice(0, 2), ["source", "mix"]);
  deepEqual([...order].sort(), ["delay", "mix", "sink", "source"]);
});

Deno.test("graphOrder() sorts any graph without loops, and loses no node of one with loops", () => {
  const edge = fc.tuple(fc.nat(39), fc.nat(39));
  fc.assert(fc.property(fc.array(edge, { maxLength: 120 }), fc.boolean(), (pairs, loops) => {
    const nodes = Array.from({ length: 40 }, (_, k) => `n${k}`);
    // Without loops: only downwards in a shuffled numbering.
    const place = (k: number) => (k * 27) % 40;
    const edges = pairs.filter(([a, b]) => loops || place(a) < place(b)).map(([a, b]) => ({
      from: `n${a}`,
      to: `n${b}`,
    }));
    const order = graphOrder(nodes, edges);
    deepEqual([...order].sort(), [...nodes].sort());
    if (loops) return;
    for (const { from, to } of edges) ok(order.indexOf(from) < order.indexOf(to));
  }));
});

Deno.test("graphOrder() takes chains of any length", () => {
  const nodes = Array.from({ length: 50_000 }, (_, k) => `n${k}`);
  const edges = nodes.slice(1).map((to, k) => ({ from: nodes[k], to }));
  deepEqual(graphOrder([...nodes].reverse(), edges), nodes);
});
