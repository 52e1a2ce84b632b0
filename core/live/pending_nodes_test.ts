import { deepEqual } from "node:assert/strict";
import type { NodeEntry } from "../graph/entries.ts";
import { PendingNodes } from "./pending_nodes.ts";

const entry = (id: string, lane: string) => ({ id, lane }) as NodeEntry;
const laneOf = ({ lane }: NodeEntry) => Number(lane);
const A = entry("a", "1");
const B = entry("b", "2");

Deno.test("PendingNodes has the nodes that lanes were asked about until each has answered", () => {
  const pending = new PendingNodes();
  pending.ask(1, [A, B], laneOf);
  deepEqual(pending.all, [A, B]);
  pending.answered(1, 1);
  deepEqual(pending.all, [B]);
  pending.answered(2, 1);
  deepEqual(pending.all, []);
});

Deno.test("PendingNodes.answered() with what was given up keeps the nodes of the edit after it", () => {
  const pending = new PendingNodes();
  pending.ask(1, [A], laneOf);
  pending.ask(2, [entry("a", "1"), B], laneOf);
  pending.answered(1, 1);
  deepEqual(pending.all.map(({ id }) => id), ["a", "b"]);
  pending.answered(1, 2);
  deepEqual(pending.all, [B]);
});

Deno.test("PendingNodes.forget() leaves nothing of a lane", () => {
  const pending = new PendingNodes();
  pending.ask(1, [A, B], laneOf);
  pending.ask(2, [A], laneOf);
  pending.forget(1);
  deepEqual(pending.all, [B]);
});

Deno.test("PendingNodes.whenAnswered() waits for each lane that was asked, and for no later edit", () => {
  const pending = new PendingNodes();
  const did: string[] = [];
  pending.whenAnswered(1, () => did.push("nobody asked"));
  pending.ask(2, [A, B], laneOf);
  pending.whenAnswered(2, () => did.push("answered"));
  pending.ask(3, [A], laneOf);
  pending.whenAnswered(3, () => did.push("forgotten"));
  pending.answered(1, 2);
  deepEqual(did, ["nobody asked"]);
  pending.answered(2, 2);
  deepEqual(did, ["nobody asked", "answered"]);
  pending.forget(1);
  deepEqual(did, ["nobody asked", "answered", "forgotten"]);
});
