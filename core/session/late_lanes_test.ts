import { deepEqual } from "node:assert/strict";
import type { LanePort } from "../lanes/lane_port.ts";
import type { LaneReport } from "../lanes/messages.ts";
import { LateLanes } from "./late_lanes.ts";

/** What a lane says of itself, and of calls that others wait for; and what of nodes and edits. */
const HEARD: readonly LaneReport["kind"][] = ["closed", "configured", "emitted", "gone", "log", "overflow", "warning"];
const UNHEARD: readonly LaneReport["kind"][] = [
  "opened",
  "failed",
  "ended",
  "disabled",
  "paused",
  "prepared",
  "yielded",
  "arrived",
  "settled",
  "attached",
  "refused",
  "applied",
  "removed",
  "progress",
  "told",
];

/** A lane that notes what it is told. */
function portOf(index: number, did: string[]): LanePort {
  return { name: "near", index, kind: "worker", send: () => {}, terminate: () => void did.push("terminate()") };
}

Deno.test("LateLanes.hears() takes what a late lane says of itself, and nothing of nodes and edits", () => {
  const lanes = new LateLanes();
  const late = portOf(1, []);
  lanes.add(late, () => {});
  const heard = (port: LanePort, kinds: typeof HEARD) =>
    kinds.filter((kind) => lanes.hears(port, { kind } as LaneReport));
  deepEqual(heard(late, HEARD), HEARD);
  deepEqual(heard(late, UNHEARD), []);
  deepEqual(heard(portOf(1, []), HEARD), [], "another thread of the lane, given up before this one");
  lanes.remove(1);
  deepEqual(heard(late, HEARD), []);
});

Deno.test("LateLanes.remove() ends the thread, and then tells of it", () => {
  const did: string[] = [];
  const lanes = new LateLanes();
  const late = portOf(1, did);
  lanes.add(late, () => did.push("closed"));
  deepEqual([lanes.has(1), lanes.ports], [true, [late]]);
  lanes.remove(1);
  deepEqual([lanes.has(1), lanes.ports, did], [false, [], ["terminate()", "closed"]]);
});

Deno.test("LateLanes.deadSince() gives what is found dead three times, so that what it said last has come", () => {
  const lanes = new LateLanes();
  for (const index of [1, 2]) lanes.add(portOf(index, []), () => {});
  const looks = [[], [1, 9], [1, 9], [1, 2, 9]].map((dead) => lanes.deadSince(dead));
  deepEqual(looks, [[], [], [], [1]]);
});
