import assert from "node:assert/strict";
import fc from "fast-check";
import { type Edge, findCycles } from "./cycles.ts";

function edges(...pairs: string[]): Edge[] {
  return pairs.map((pair) => ({ from: pair[0], to: pair[1] }));
}

Deno.test("findCycles() finds none in a graph that forks and joins", () => {
  assert.deepEqual(findCycles(edges("ab", "ac", "bd", "cd", "de", "ae")), []);
  assert.deepEqual(findCycles([]), []);
});

Deno.test("findCycles() gives the closing edge and the way round", () => {
  const [cycle, ...others] = findCycles(edges("ab", "bc", "cb", "cd"));
  assert.deepEqual(cycle, { closing: { from: "c", to: "b" }, path: ["b", "c", "b"] });
  assert.deepEqual(others, []);
  assert.deepEqual(findCycles(edges("aa"))[0].path, ["a", "a"]);
});

Deno.test("findCycles() finds a loop exactly where taking away nodes without inputs leaves something", () => {
  const edge = fc.record({ from: fc.constantFrom(..."abcdef"), to: fc.constantFrom(..."abcdef") });
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 12 }), (list) => {
      let left = list;
      for (let before = Infinity; left.length < before;) {
        before = left.length;
        const targets = new Set(left.map(({ to }) => to));
        left = left.filter(({ from }) => targets.has(from));
      }
      const cycles = findCycles(list);
      assert.equal(cycles.length > 0, left.length > 0);
      for (const { closing, path } of cycles) {
        assert.equal(path[0], path.at(-1));
        assert.equal(path[0], closing.to);
        for (let i = 1; i < path.length; i++) {
          assert.ok(list.some(({ from, to }) => from === path[i - 1] && to === path[i]));
        }
      }
    }),
  );
});
