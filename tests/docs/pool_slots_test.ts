/** The page about memory says how many slots a pool needs and gets. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { FrameKind } from "../../core/frames/format.ts";
import { defaultCapacity } from "../../core/links/policy.ts";
import { growthOf, type LoadLink, type LoadNode, poolLoads } from "../../core/pools/pool_loads.ts";
import { planPools, poolNeeds } from "../../core/pools/pool_plan.ts";
import { SLOT } from "../../ffi/layout.gen.ts";
import { nodes, Runtime } from "../../mod.ts";

/** What the page says, word for word; {@linkcode needOf} does the same. */
const FORMULA = `
need    = Σ links  (queue + 2)  +  Σ outputs  (2)  +  Σ lanes  (8 + the most that a node of it has in hand)
queue   = capacity; where the link leads to another lane 2 × capacity, or capacity + 1 if it drops the oldest
in hand = Σ links to the node  (capacity, or from another lane: reads)  +  Σ its outputs  (burst × elements)
reads   = capacity, but at least 8, and at most 8 for video and 64 for the others
`;

/** Need of the graph a → b, by the page's formula. */
function needOf(
  kind: FrameKind,
  capacity: number,
  crosses: boolean,
  burst: number,
  elements: number,
  lanes: number,
  { evicts = false, lasts = false } = {},
) {
  const reads = Math.min(Math.max(capacity, 8), kind === "video" ? 8 : 64);
  const queued = !crosses ? capacity : evicts ? capacity + 1 : 2 * capacity;
  const made = burst * elements;
  const inHand = crosses ? reads + made : lasts ? capacity + made : Math.max(capacity, made);
  const held = inHand + 2 + 2;
  return { queued, held, slots: queued + held + 8 * lanes };
}

function graph(
  kind: FrameKind,
  capacity: number,
  lane: string,
  burst: number,
  array?: number,
  { evicts = false, lasts = false } = {},
) {
  const all: LoadNode[] = [
    { id: "a", lane: "x", outputs: [{ kind, burst, array }] },
    { id: "b", lane, lasts, outputs: [] },
  ];
  const links: LoadLink[] = [{ fromNode: "a", toNode: "b", kind, capacity, evicts }];
  return poolLoads(all, links);
}

const page = await Deno.readTextFile(new URL("../../docs/memory.md", import.meta.url));

Deno.test("docs/memory.md has the formula by which pools are sized", () => {
  ok(page.includes("```" + FORMULA + "```"));
  for (const kind of ["audio", "video", "data"] as const) {
    for (const capacity of [1, 3, 8, 9, 64, 100]) {
      for (const lane of ["x", "y"]) {
        for (const array of [undefined, 5]) {
          for (const how of [{}, { evicts: true }, { lasts: true }]) {
            const [{ queued, held, slots }] = poolNeeds(graph(kind, capacity, lane, 4, array, how), 3, {});
            const what = `${kind} ${capacity} to lane ${lane} ${JSON.stringify(how)}`;
            deepEqual({ queued, held, slots }, needOf(kind, capacity, lane === "y", 4, array ?? 1, 3, how), what);
          }
        }
      }
    }
  }
});

Deno.test("docs/memory.md says what a graph of two lanes needs, and one slot less is refused", async () => {
  const said =
    /\(burst (\d+)\).*?a link of (\d+): (\d+) queued, (\d+) \+ (\d+) held by nodes, and (\d+) at hand on three lanes, so (\d+) slots/
      .exec(page.replaceAll(/\s+/g, " "));
  ok(said !== null, "the example is there");
  const [burst, capacity, queued, inHand, made, atHand, slots] = said.slice(1).map(Number);
  const need = needOf("audio", capacity, true, burst, 1, 3);
  deepEqual([need.queued, need.held, need.slots], [queued, inHand + made, slots]);
  equal(queued + inHand + made + atHand, slots);

  const build = (given: number | undefined) => {
    const pools = { audio: given === undefined ? {} : { slots: given } };
    const runtime = new Runtime({ mode: "offline", pools });
    const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.1 }), { lane: "a" });
    const meter = runtime.add(nodes.levelMeter(), { lane: "b" });
    runtime.connect(tone.outputs.audio, meter.inputs.audioIn, { capacity });
    return runtime;
  };
  await using short = build(slots - 1);
  await rejects(short.start(), {
    code: "PoolExhausted",
    message: new RegExp(`needs ${slots} \\(${queued} queued on links, ${inHand + made} held by nodes, ${atHand} for 3`),
  });
  for (const given of [slots, undefined]) {
    await using runtime = build(given);
    await runtime.start();
    equal((await runtime.finished).pools[0].slots, given ?? 256);
  }
});

Deno.test("docs/memory.md says how many slots a pool gets where none are given", () => {
  const text = page.replaceAll(/\s+/g, " ");
  ok(
    text.includes(
      "the pool gets twice the need, for what edits add: but at most 64 MiB more than the need, and at least 256 slots " +
        "where these are 16 MiB or less.",
    ),
  );
  const got = (kind: FrameKind, capacity: number, slotBytes?: number) => {
    const loads = graph(kind, capacity, "x", 1);
    const [{ slots }] = planPools(loads, 1, { [kind]: { slotBytes } });
    return [needOf(kind, capacity, false, 1, 1, 1).slots, slots];
  };
  deepEqual(got("audio", 120), [252, 504], "twice");
  deepEqual(got("audio", 2), [16, 256], "at least 256 slots");
  deepEqual(got("audio", 2, 65_537), [16, 32], "of 16 MiB and a little: no more than twice");
  deepEqual(got("video", 8), [28, 28 + Math.floor(64 * 2 ** 20 / (1920 * 1080 * 4))], "at most 64 MiB more");
});

Deno.test("docs/memory.md says what a live graph of 1,000 nodes and 1,500 links of audio reserves", () => {
  const text = page.replaceAll(/\s+/g, " ");
  const [, gib] = /1,000 nodes and 1,500 links of audio, on one lane, reserves some ([\d.]+) GiB/.exec(text)!;
  const all: LoadNode[] = [];
  const links: LoadLink[] = [];
  const link = (fromNode: string, toNode: string) =>
    links.push({ fromNode, toNode, kind: "audio", capacity: defaultCapacity("audio"), evicts: true });
  // A source that leads to two filters, and a mixer of both with each of the two once more.
  for (let k = 0; k < 250; k++) {
    const [tone, left, right, mixer] = ["tone", "left", "right", "mixer"].map((name) => `${name}${k}`);
    for (const id of [tone, left, right, mixer]) {
      all.push({ id, lane: "x", outputs: [{ kind: "audio", burst: id === tone ? 4 : 1 }] });
    }
    link(tone, left);
    link(tone, right);
    for (const from of [left, right, tone, left]) link(from, mixer);
  }
  deepEqual([all.length, links.length], [1_000, 1_500]);
  const [{ slots, slotBytes }] = planPools(poolLoads(all, links), 2, {});
  equal((slots * (slotBytes + SLOT.size) / 2 ** 30).toFixed(1), gib);
});

Deno.test("docs/memory.md says how many slots a pool gets for the elements of dynamic ports to come", () => {
  const [, each] = /the source at its end need \((\d+) slots of audio\)/.exec(page.replaceAll(/\s+/g, " "))!;
  const got = (max: number, numbers: number[]) => {
    const growth = growthOf([{ kind: "audio", dynamic: { initial: 1, max }, elements: { numbers } }, { kind: "data" }]);
    const [{ slots }] = planPools(graph("audio", 120, "x", 1), 1, {}, growth);
    return slots;
  };
  equal(got(1, [0]), 504);
  equal(got(16, [0]), 504 + 15 * Number(each));
  equal(got(16, [0, 4, 5]), 504 + 13 * Number(each));
  equal(got(64, [0]), 252 + 64 * 2 ** 20 / 65_536, "64 MiB at most");
  deepEqual(growthOf([{ kind: "data" }]), new Map());
});
