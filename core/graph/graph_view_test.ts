import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { GraphFile } from "./schema.ts";
import { GraphView } from "./graph_view.ts";

/** A graph of nodes with these links: `"a b"` leads from a to b. */
function graph(ids: readonly string[], links: readonly string[]): GraphFile {
  return {
    version: 1,
    nodes: Object.fromEntries(ids.map((id) => [id, { type: "mixer" }])),
    links: links.map((each, n) => {
      const [from, to] = each.split(" ");
      return { from: `${from}.out`, to: `${to}.in_${n}` };
    }),
  };
}

/** a feeds d by b and by c; e feeds d too; f is by itself. */
const DIAMOND = new GraphView(graph([..."abcdef"], ["a b", "a c", "b d", "c d", "e d", "a b"]));

Deno.test("GraphView.sources() and sinks() have the nodes without links on that side", () => {
  assert.deepEqual(DIAMOND.sources(), ["a", "e", "f"]);
  assert.deepEqual(DIAMOND.sinks(), ["d", "f"]);
});

Deno.test("GraphView.upstream() and downstream() go over any number of links", () => {
  assert.deepEqual(DIAMOND.upstream("d"), ["a", "b", "c", "e"]);
  assert.deepEqual(DIAMOND.downstream("a"), ["b", "c", "d"]);
  assert.deepEqual(DIAMOND.upstream("f"), []);
});

Deno.test("GraphView.upstream() has the node itself if it is on a loop", () => {
  const loop = new GraphView(graph(["a", "b", "c"], ["a b", "b c", "c b"]));
  assert.deepEqual(loop.upstream("b"), ["a", "b", "c"]);
  assert.deepEqual(loop.downstream("a"), ["b", "c"]);
  assert.deepEqual(loop.paths("a", "c"), [["a", "b", "c"]]);
});

Deno.test("GraphView.paths() finds each way once, up to the limit", () => {
  assert.deepEqual(DIAMOND.paths("a", "d"), [["a", "b", "d"], ["a", "c", "d"]]);
  assert.deepEqual(DIAMOND.paths("a", "d", 1), [["a", "b", "d"]]);
  assert.deepEqual(DIAMOND.paths("d", "a"), []);
  assert.deepEqual(DIAMOND.paths("a", "a"), [["a"]]);
  // 2 to the 30th ways.
  const ids = Array.from({ length: 91 }, (_, n) => `n${n}`);
  const links = ids.slice(0, 90).flatMap((id, n) => {
    const first = n - n % 3;
    const targets = n % 3 === 0 ? [`n${first + 1}`, `n${first + 2}`] : [`n${first + 3}`];
    return targets.map((to) => `${id} ${to}`);
  });
  assert.equal(new GraphView(graph(ids, links)).paths("n0", "n90").length, 100);
});

Deno.test("GraphView.linksInto() and linksFrom() have the links themselves", () => {
  assert.deepEqual(DIAMOND.linksInto("d").map(({ from }) => from), ["b.out", "c.out", "e.out"]);
  assert.deepEqual(DIAMOND.linksFrom("a").map(({ to }) => to), ["b.in_0", "c.in_1", "b.in_5"]);
});

Deno.test("GraphView refuses nodes that are not in the graph", () => {
  const expected = { code: "NodeNotFound", message: /^Cannot find node "z"; nodes: "a", "b"/ };
  for (const ask of [() => DIAMOND.upstream("z"), () => DIAMOND.paths("a", "z"), () => DIAMOND.linksInto("z")]) {
    assert.throws(ask, expected);
  }
  assert.throws(() => new GraphView(graph(["a"], ["a zz"])), { code: "NodeNotFound" });
});

Deno.test("GraphView agrees with itself: what is upstream, downstream and on a way is the same", () => {
  const ids = [..."abcdefg"];
  const link = fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...ids)).map(([from, to]) => `${from} ${to}`);
  fc.assert(fc.property(fc.array(link, { maxLength: 12 }), (links) => {
    const view = new GraphView(graph(ids, links));
    for (const a of ids) {
      for (const b of ids) {
        const reaches = view.downstream(a).includes(b);
        assert.equal(view.upstream(b).includes(a), reaches);
        const paths = view.paths(a, b);
        if (a !== b) assert.equal(paths.length > 0, reaches);
        for (const path of paths) {
          assert.equal(new Set(path).size, path.length);
          for (let n = 1; n < path.length; n++) assert.ok(links.includes(`${path[n - 1]} ${path[n]}`));
        }
      }
    }
  }));
});
