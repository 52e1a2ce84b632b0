import { deepEqual } from "node:assert/strict";
import type { NodeEntry } from "../graph/entries.ts";
import { DraftedNodes } from "./drafted_nodes.ts";

const entry = (id: string, lane: string) => ({ id, lane }) as NodeEntry;
const laneOf = ({ lane }: NodeEntry) => Number(lane);
const A = entry("a", "1");
const B = entry("b", "2");

Deno.test("DraftedNodes has the nodes that lanes were asked about until each has answered", () => {
  const drafted = new DraftedNodes();
  drafted.ask(1, [A, B], laneOf);
  deepEqual(drafted.all, [A, B]);
  drafted.answered(1, 1);
  deepEqual(drafted.all, [B]);
  drafted.answered(2, 1);
  deepEqual(drafted.all, []);
});

Deno.test("DraftedNodes.answered() with what was given up keeps the nodes of the edit after it", () => {
  const drafted = new DraftedNodes();
  drafted.ask(1, [A], laneOf);
  drafted.ask(2, [entry("a", "1"), B], laneOf);
  drafted.answered(1, 1);
  deepEqual(drafted.all.map(({ id }) => id), ["a", "b"]);
  drafted.answered(1, 2);
  deepEqual(drafted.all, [B]);
});

Deno.test("DraftedNodes.forget() leaves nothing of a lane", () => {
  const drafted = new DraftedNodes();
  drafted.ask(1, [A, B], laneOf);
  drafted.ask(2, [A], laneOf);
  drafted.forget(1);
  deepEqual(drafted.all, [B]);
});

Deno.test("DraftedNodes.whenAnswered() waits for each lane that was asked, and for no later edit", () => {
  const drafted = new DraftedNodes();
  const did: string[] = [];
  drafted.whenAnswered(1, () => did.push("nobody asked"));
  drafted.ask(2, [A, B], laneOf);
  drafted.whenAnswered(2, () => did.push("answered"));
  drafted.ask(3, [A], laneOf);
  drafted.whenAnswered(3, () => did.push("forgotten"));
  drafted.answered(1, 2);
  deepEqual(did, ["nobody asked"]);
  drafted.answered(2, 2);
  deepEqual(did, ["nobody asked", "answered"]);
  drafted.forget(1);
  deepEqual(did, ["nobody asked", "answered", "forgotten"]);
});
