import { deepEqual, rejects } from "node:assert/strict";
import type { EventBus } from "../events/bus.ts";
import type { NodeId } from "../ids.ts";
import { TRAITS } from "../lanes/ports/lane_states.ts";
import { Pausing, RunClock } from "./pausing.ts";
import type { SessionLanes } from "./session_lanes.ts";

/** A run of lanes with these indices. @param away lanes that end or are lost */
function setUp(indices: readonly number[], away: readonly number[] = []) {
  const told: string[] = [];
  const lanes = {
    all: indices.map((index) => ({ index, is: TRAITS[away.includes(index) ? "lost" : "running"] })),
    at: (index: number) => ({ name: `lane-${index}` }),
    send: ({ kind }: { readonly kind: string }) => void told.push(kind),
  } as unknown as SessionLanes;
  const events = { publish: ({ kind }: { readonly kind: string }) => void told.push(kind) } as unknown as EventBus;
  const whatKeeps = () => ({ nodeId: "m" as NodeId, why: '"m" has not returned from process()' });
  const clock = new RunClock(() => 0);
  return { pausing: new Pausing(clock, lanes, events, whatKeeps), told, clock };
}

Deno.test("Pausing.pause() does not wait for lanes that end or are lost, and tells all", async () => {
  const { pausing, told } = setUp([0, 1, 2], [1]);
  const paused = pausing.pause();
  pausing.quiesced(0, 1);
  pausing.quiesced(2, 1);
  await paused;
  deepEqual(told, ["pause", "paused"]);
});

Deno.test("Pausing.quiesced() of a lane that leaves meanwhile lets pause() settle", async () => {
  const { pausing, told } = setUp([0, 1]);
  const paused = pausing.pause();
  pausing.quiesced(0, 1);
  pausing.quiesced(1);
  await paused;
  deepEqual(told, ["pause", "paused"]);
});

Deno.test("Pausing.pause() names the lanes that do not quiesce, and has all go on", async () => {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((run: () => void) => setTimeout(run)) as unknown as typeof setTimeout;
  try {
    const { pausing, told, clock } = setUp([0, 1, 2], [1]);
    const paused = pausing.pause();
    const second = pausing.pause();
    // An answer to another pause.
    pausing.quiesced(0, 2);
    pausing.quiesced(2, 1);
    const refused = {
      code: "Timeout",
      nodeId: "m",
      message: 'Lane "lane-0" did not quiesce within 5000 ms: "m" has not returned from process()',
    };
    await Promise.all([rejects(paused, refused), rejects(second, refused)]);
    deepEqual([clock.paused, told], [false, ["pause", "resume"]]);
    const again = pausing.pause();
    // An answer to the pause that was refused.
    pausing.quiesced(0, 1);
    pausing.quiesced(0, 2);
    pausing.quiesced(2, 2);
    await again;
    deepEqual([clock.paused, told], [true, ["pause", "resume", "pause", "paused"]]);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});
