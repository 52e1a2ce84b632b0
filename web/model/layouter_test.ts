import assert from "node:assert/strict";
import type { Layout, LayoutInput } from "./layout.ts";
import { Layouter } from "./layouter.ts";
import { rare } from "../../tests/fixtures/rare.ts";

const NODES = 1_000;

/** Any node leads to any other: its better layout takes minutes. */
const WILD: LayoutInput = { lanes: Array(NODES).fill("a"), links: wildLinks(1_500) };
/** Nodes of a chain that the better layout calls itself too deep for. */
const DEEP = 10_000;

const CHAIN: LayoutInput = { lanes: ["a", "a"], links: [[0, 1]] };

/** The page's own worker; how many were started. */
function workers(): { make(): Worker; started: number } {
  return {
    started: 0,
    make() {
      this.started++;
      return new Worker(new URL("../state/layout_worker.ts", import.meta.url), { type: "module" });
    },
  };
}

/** A layouter whose answers can be waited for one after the other. */
function makeLayouter(patienceMs: number) {
  const pool = workers();
  const answers: Layout[] = [];
  let wake = () => {};
  const layouter = new Layouter(() => pool.make(), (layout) => (answers.push(layout), wake()), patienceMs);
  const answer = async () => {
    while (answers.length === 0) await new Promise<void>((resolve) => wake = resolve);
    return answers.shift()!;
  };
  return { layouter, answer, pool, [Symbol.dispose]: () => layouter[Symbol.dispose]() };
}

/** Keeps timers of so many milliseconds from running, but for the newest one when `run` is called. */
function holdTimers(heldMs: number): Disposable & { readonly run: () => void } {
  const { setTimeout } = globalThis;
  let newest = () => {};
  globalThis.setTimeout = ((run: () => void, ms: number) => {
    if (ms !== heldMs) return setTimeout(run, ms);
    newest = run;
    return 0;
  }) as typeof setTimeout;
  return { run: () => newest(), [Symbol.dispose]: () => void (globalThis.setTimeout = setTimeout) };
}

Deno.test("Layouter gives a layout up that takes too long, makes a simple one, and does not try again in that run", async () => {
  using each = makeLayouter(500);
  const { layouter, answer, pool } = each;
  layouter.ask("run", WILD);
  const first = await answer();
  assert.deepEqual([first.simple, first.x.length, pool.started], [true, NODES, 2]);
  using _patience = holdTimers(500);
  layouter.ask("run", WILD);
  assert.equal((await answer()).simple, true);
  assert.equal(pool.started, 2);
});

Deno.test("Layouter answers the newest question only, with the better layout where it is there in time", async () => {
  using each = makeLayouter(60_000);
  const { layouter, answer, pool } = each;
  layouter.ask("run", WILD);
  layouter.ask("run", CHAIN);
  const { simple, x } = await answer();
  assert.deepEqual([simple, x.length, pool.started], [false, 2, 2]);
  layouter.ask("run", CHAIN);
  assert.equal((await answer()).simple, false);
  assert.equal(pool.started, 2);
});

rare(Deno.test)("Layouter tries again for another run, and for a graph that has become much smaller", async () => {
  using patience = holdTimers(5_000);
  using each = makeLayouter(5_000);
  const { layouter, answer } = each;
  layouter.ask("run", WILD);
  patience.run();
  assert.equal((await answer()).simple, true);
  const pairs: LayoutInput = {
    lanes: Array(NODES / 2).fill("a"),
    links: Array.from({ length: NODES / 4 }, (_, k) => [2 * k, 2 * k + 1] as const),
  };
  for (const [run, input, simple] of [["run", pairs, true], ["run", CHAIN, false], ["other", pairs, false]] as const) {
    layouter.ask(run, input);
    assert.equal((await answer()).simple, simple, `${run}, ${input.lanes.length} nodes`);
  }
});

rare(Deno.test)("Layouter gives a simple layout at once where the better one ends the stack", async () => {
  using each = makeLayouter(60_000);
  const links = Array.from({ length: DEEP - 1 }, (_, k) => [k, k + 1] as const);
  each.layouter.ask("run", { lanes: Array(DEEP).fill("a"), links });
  const { simple, x } = await each.answer();
  assert.deepEqual([simple, x.length], [true, DEEP]);
});

/** The same ones each time. */
function wildLinks(count: number): [number, number][] {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % 65_536 % NODES;
  return Array.from({ length: count }, () => [next(), next()]);
}
