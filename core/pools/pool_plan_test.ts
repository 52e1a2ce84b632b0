import { deepEqual, throws } from "node:assert/strict";
import { POOL } from "../../ffi/layout.gen.ts";
import type { FrameKind } from "../frames/format.ts";
import type { PoolLoad } from "./pool_loads.ts";
import { assertPool, planPools, poolNeeds } from "./pool_plan.ts";

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
