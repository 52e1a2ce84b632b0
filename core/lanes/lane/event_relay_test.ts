import { deepEqual, equal, throws } from "node:assert/strict";
import type { NodeId } from "../../ids.ts";
import { EventRelay } from "./event_relay.ts";
import type { LaneReport } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

const CELL = { id: "n" as NodeId } as NodeCell;

Deno.test("EventRelay leaves out what is more than it passes on, and tells how much without waiting for the next", () => {
  const told: LaneReport[] = [];
  let nowMs = 0;
  const relay = new EventRelay((report) => told.push(report), () => nowMs);
  for (let k = 0; k < 1_500; k++) relay.emit(CELL, "beat", k);
  equal(told.length, 1_000);
  deepEqual(told[999], { kind: "emitted", node: "n", name: "beat", data: 999 });
  relay.tell();
  deepEqual([told.length, told[1_000], relay.waits], [1_001, { kind: "overflow", lost: 500 }, false]);
  nowMs = 10;
  for (let k = 0; k < 20; k++) relay.emit(CELL, "beat", k);
  equal(told.length, 1_011);
  nowMs = 499;
  relay.tell();
  deepEqual([told.length, relay.waits], [1_011, true]);
  nowMs = 500;
  relay.tell();
  deepEqual(told[1_011], { kind: "overflow", lost: 10 });
  for (let k = 0; k < 600; k++) relay.emit(CELL, "beat", k);
  relay.tellAll();
  deepEqual(told.at(-1), { kind: "overflow", lost: 110 });
  relay.tellAll();
  equal(told.at(-2)?.kind, "emitted");
});

Deno.test("EventRelay copies data, and refuses what JSON cannot say, or is too long", () => {
  const told: LaneReport[] = [];
  const relay = new EventRelay((report) => told.push(report), () => 0);
  const data = { bpm: 120 };
  relay.emit(CELL, "beat", data);
  data.bpm = 0;
  relay.emit(CELL, "beat", undefined);
  deepEqual(told.map((each) => each.kind === "emitted" && each.data), [{ bpm: 120 }, null]);
  const ring: { self?: unknown } = {};
  ring.self = ring;
  for (const bad of [ring, 1n, () => {}]) throws(() => relay.emit(CELL, "beat", bad), TypeError);
  throws(() => relay.emit(CELL, "", 1), RangeError);
  throws(() => relay.emit(CELL, "x".repeat(65), 1), RangeError);
  throws(() => relay.emit(CELL, "beat", "x".repeat(70_000)), RangeError);
  equal(told.length, 2);
});
