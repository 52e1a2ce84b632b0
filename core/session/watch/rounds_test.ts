import { deepEqual } from "node:assert/strict";
import type { Stand } from "../../lanes/ports/lane_thread.ts";
import { standOf } from "./rounds.ts";

const MS = 1_000_000;

/** The looks at one lane. */
class Looks {
  #stand: Stand | undefined;

  /** Returns how long the lane is known to be kept, nanoseconds. */
  look(rounds: number, nowNs: number, stuckAfterNs: number): number | undefined {
    this.#stand = standOf(this.#stand, rounds, nowNs, stuckAfterNs);
    return this.#stand.isKept ? this.#stand.stoodNs : undefined;
  }

  forget(): void {
    this.#stand = undefined;
  }
}

/** Returns the results of looks at a lane, with the given milliseconds between them, in milliseconds. */
function looks(
  watch: Looks,
  each: readonly (readonly [afterMs: number, rounds: number])[],
  stuckAfterNs = 500 * MS,
): (number | undefined)[] {
  let nowNs = 0;
  return each.map(([afterMs, rounds]) => {
    nowNs += afterMs * MS;
    const stoodNs = watch.look(rounds, nowNs, stuckAfterNs);
    return stoodNs === undefined ? undefined : stoodNs / MS;
  });
}

Deno.test("standOf() tells of a lane that has stood still for longer than a call may last and it may sleep", () => {
  const watch = new Looks();
  const told = looks(watch, [[0, 7], [125, 7], [125, 7], [125, 7], [125, 7], [125, 7], [125, 7], [125, 7], [125, 8]]);
  deepEqual(told, [...Array(6).fill(undefined), 750, 875, undefined]);
});

Deno.test("standOf() leaves a lane that does not run yet", () => {
  const watch = new Looks();
  deepEqual(looks(watch, Array.from({ length: 20 }, () => [125, 0])), Array(20).fill(undefined));
});

Deno.test("standOf() tells nothing where a call may last for ever", () => {
  const watch = new Looks();
  deepEqual(looks(watch, Array.from({ length: 20 }, () => [1e6, 7]), Infinity), Array(20).fill(undefined));
});

Deno.test("standOf() does not take the time for the lane's in which nobody looked", () => {
  const watch = new Looks();
  // The process was stopped, and continues: the lane has not had its turn.
  deepEqual(looks(watch, [[0, 7], [125, 7], [60_000, 7], [125, 7], [125, 8], [125, 8]]), Array(6).fill(undefined));
});

Deno.test("standOf() begins anew without a look before", () => {
  const watch = new Looks();
  watch.look(7, 0, 500 * MS);
  for (const atMs of [187.5, 375, 562.5]) watch.look(7, atMs * MS, 500 * MS);
  watch.forget();
  deepEqual([750, 937.5, 1_125].map((atMs) => watch.look(7, atMs * MS, 500 * MS)), [
    undefined,
    undefined,
    undefined,
  ]);
});
