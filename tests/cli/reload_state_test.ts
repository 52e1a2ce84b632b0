/** The state of nodes whose new code fails: the save that mends it goes on from there. */
import assert from "node:assert/strict";
import { until } from "../fixtures/waiting.ts";
import { generated, load, Watched } from "./watched.ts";

/** The source of a processor that counts. */
function counter(first = "", members = ""): string {
  return `import { type DataFrame, output, processor, type ProcessorContext, type StreamOutput } from "@sluice/sluice";

/** Counts. */
@processor({ mode: "loop" })
export class Counter {
  @output() out!: StreamOutput<DataFrame<number>>;
  #count = 0;
  ${members}
  snapshot(): number {
    return this.#count;
  }
  restore(state: unknown): void {
    this.#count = state as number;
  }
  process(context: ProcessorContext): void {
    ${first}
    context.report({ count: ++this.#count });
    context.waitUntilNs(context.nowNs() + 1e6);
  }
}
`;
}

Deno.test("a reload keeps a node's state through saves that fail, at once or later, and the one that mends them", async () => {
  await using folder = await generated({ "counter.ts": counter() }, "mine");
  const watched = new Watched([await load(folder)], { node: ["counter", "work"] });
  await watched.packages;
  await watched.runtime.start();
  const node = () => watched.runtime.stats().nodes[0];
  const count = () => Number(node().figures?.count ?? 0);
  await until(() => count() > 200);

  for (const text of [counter("const odd = ;"), counter("", 'constructor() { throw new Error("no"); }')]) {
    await folder.write("counter.ts", text);
    assert.notEqual((await watched.next()).error, undefined);
  }
  await folder.write("counter.ts", counter('if (++this.#ticks > 3) throw new Error("late");', "#ticks = 0;"));
  assert.deepEqual((await watched.next()).nodes, ["node"]);
  await until(() => node().restarts >= 2 && node().state === "restarting");
  await folder.write("counter.ts", counter("", "#mended = true;"));
  const { nodes, anew } = await watched.next();
  assert.deepEqual([nodes, anew], [["node"], {}]);
  // What failed reported more than this before it was replaced.
  const { ticks } = node();
  await until(() => node().ticks > ticks + 3);
  assert.ok(count() > 200, `it goes on at ${count()}`);
  await watched.end();
});

Deno.test("a reload takes along the lane of a node those that it shared it with, and gives the lane its name again", async () => {
  const other = counter().replace("Counter {", "Other {");
  await using folder = await generated({ "counter.ts": counter(), "other.ts": other }, "mine");
  const watched = new Watched([await load(folder)], { node: ["counter", "work"], mate: ["other", "work"] });
  await watched.packages;
  await watched.runtime.start();
  const nodes = () => watched.runtime.stats().nodes;
  const lanes = () => watched.runtime.stats().lanes.map(({ name }) => name);
  await until(() => nodes().every(({ figures }) => Number(figures?.count) > 100));
  for (const lane of ["work-2", "work", "work-2", "work"]) {
    await folder.write("counter.ts", counter(`// On ${lane}.`));
    assert.deepEqual((await watched.next()).nodes, ["node"]);
    assert.deepEqual(nodes().map((node) => node.lane), [lane, lane]);
    await until(() => lanes().length === 2);
  }
  assert.ok(nodes().every(({ figures }) => Number(figures?.count) > 100));

  await folder.write("counter.ts", counter().replace("restore(", "begin("));
  const { anew } = await watched.next();
  assert.deepEqual(anew, { node: "its new code has no restore()" });
  await watched.end();
});
