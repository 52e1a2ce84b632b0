/**
 * A graph over four lanes in which nodes fail all the time and that is edited all the time.
 *
 * lane a: a paced source, and sinks that check what reaches them. lane b: a node that throws and is restarted; what the
 * edits add. lane c: a node that ends its worker, which is replaced. On each lane, a node that collects its garbage.
 *
 * @module
 */
import { Runtime } from "../../core/runtime.ts";
import type { Supervision } from "../../core/graph/supervision.ts";
import { faulty } from "../../tests/fixtures/faulty.ts";
import { checkingSink, collect, numberedSource, pass } from "../../tests/fixtures/numbered.ts";
import { sweeper } from "./sweeper.ts";

/**
 * Blocks between two failures: of the node that throws, and of the one that ends its worker. Of each worker that ends,
 * about a kilobyte stays with Deno (2.9): at one in 15 seconds, a quarter of a megabyte an hour.
 */
const THROWS_EVERY = 2_003;
const EXITS_EVERY = 60_013;

/** Few: each lane keeps an object for each slot that it has ever seen. */
const SLOTS = 512;

/** Nodes that edits keep in the graph at most. */
const GUESTS = 4;

const LANES = ["a", "b", "c", "main"];
const SOON: Supervision = { restart: { limit: 1_000_000, backoffMs: 1, maxBackoffMs: 1 } };

/** Guests that there have been: each has an id of its own. */
let guestCount = 0;

/** Builds it; it is not started. */
export function soakGraph(): Runtime {
  const runtime = new Runtime({ mode: "live", pools: { audio: { slots: SLOTS, slotBytes: 64 } } });
  const source = runtime.add(numberedSource({ count: 1e9, perTick: 8, intervalMs: 2 }), {
    id: "source",
    lane: "a",
  });
  const throws = runtime.add(faulty({ how: "throws", every: THROWS_EVERY }), {
    id: "throws",
    lane: "b",
    supervision: SOON,
  });
  const exits = runtime.add(faulty({ how: "exits the worker", every: EXITS_EVERY }), {
    id: "exits",
    lane: "c",
    supervision: SOON,
  });
  const after = runtime.add(pass(), { id: "after", lane: "c", supervision: SOON });
  runtime.connect(source.outputs.audio, throws.inputs.audioIn);
  runtime.connect(source.outputs.audio, exits.inputs.audioIn);
  runtime.connect(exits.outputs.audioOut, after.inputs.audioIn);
  for (
    const [id, output] of [["beside", source.outputs.audio], ["behind", throws.outputs.audioOut], [
      "beyond",
      after.outputs.audioOut,
    ]] as const
  ) {
    const sink = runtime.add(checkingSink(), { id, lane: "a" });
    const found = runtime.add(collect(), { id: `${id}-found` });
    runtime.connect(output, sink.inputs.audio);
    runtime.connect(sink.outputs.findings, found.inputs.data);
  }
  for (const lane of LANES) {
    const sweep = runtime.add(sweeper(), { id: `sweeper-${lane}`, lane, supervision: SOON });
    runtime.connect(source.outputs.audio, sweep.inputs.audio, { policy: "latest" });
  }
  return runtime;
}

/** Takes out of the graph what edits have added. */
export async function removeGuests(runtime: Runtime): Promise<void> {
  await runtime.edit((edit) => {
    for (const id of guestsOf(runtime)) edit.remove(id);
  });
}

/**
 * Makes one edit at random: a guest comes, goes, is replaced or moves to another lane.
 *
 * @param random a number from 0 to 1
 * @throws what `runtime.edit()` throws, where a lane ends meanwhile
 */
export async function editAtRandom(runtime: Runtime, random: () => number): Promise<void> {
  const guests = guestsOf(runtime);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const what = random();
  await runtime.edit((edit) => {
    if (guests.length === 0 || (what < 0.4 && guests.length < GUESTS)) {
      const id = `guest${++guestCount}`;
      edit.add(pass(), { id, lane: pick(LANES), supervision: SOON });
      edit.connectByName("source.audio", `${id}.audioIn`);
    } else if (what < 0.6) edit.replace(pick(guests), pass());
    else if (what < 0.8) edit.move(pick(guests), pick(LANES));
    else edit.remove(pick(guests));
  });
}

function guestsOf(runtime: Runtime): string[] {
  return runtime.stats().nodes.filter(({ id }) => id.startsWith("guest")).map(({ id }) => id);
}
