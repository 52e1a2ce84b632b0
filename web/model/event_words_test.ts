import assert from "node:assert/strict";
import type { ControlEvent } from "../../control/schemas/feed.ts";
import type { LinkInfo } from "../../control/schemas/graph.ts";
import { eventWords, linkNames } from "./event_words.ts";

const LINKS = linkNames([
  { id: "link2", fromNode: "mixer", fromPort: "audioOut", toNode: "gain", toPort: "audioIn" } as LinkInfo,
]);

function say(kind: string, more: Partial<ControlEvent>): string {
  return eventWords({ seq: 1, timeMs: 0, topic: "", level: "info", kind, message: "the lens broke", ...more }, LINKS);
}

Deno.test("eventWords() names a link by its ends and tells what it begins to drop", () => {
  const dropped = { full: 12, skipped: 0, unlinked: 0, laneLost: 3 };
  assert.equal(
    say("dropping", { linkId: "link2", data: { dropped, sinceLast: dropped } }),
    "mixer.audioOut → gain.audioIn begins to drop: 12 full, 3 lane lost",
  );
  assert.equal(
    say("dropping", { linkId: "link2", data: { dropped, sinceLast: { ...dropped, full: 5, laneLost: 0 } } }),
    "mixer.audioOut → gain.audioIn begins to drop: 5 full since the last time; in all by then 12 full, 3 lane lost",
  );
  // It is not in the graph any more.
  const removed = say("removed", { linkId: "link9", data: { from: "low.audio", to: "mixer.audioIn_0" } });
  assert.equal(removed, "low.audio → mixer.audioIn_0 is removed");
  const ends = { from: "low.audio", to: "mixer.audioIn_0" };
  const closed = (dropped: object) => say("closed", { linkId: "link9", data: { ...ends, read: 30, dropped } });
  assert.equal(closed({ full: 0, unlinked: 4 }), "low.audio → mixer.audioIn_0 is closed: 30 read, 4 unlinked");
  assert.equal(closed({ full: 0, unlinked: 0 }), "low.audio → mixer.audioIn_0 is closed: 30 read");
});

Deno.test("eventWords() tells what became of a node", () => {
  const node = (kind: string, data: Record<string, unknown>) => say(kind, { nodeId: "gain", data });
  assert.equal(node("state", { state: "running", previous: "open" }), "gain is running, was open");
  assert.equal(
    node("restarting", { attempt: 2, afterMs: 500 }),
    "gain failed and restarts in 500 ms, restart 2: the lens broke",
  );
  assert.equal(node("recorded", { path: "/tmp/tone.wav" }), "gain has recorded /tmp/tone.wav");
  assert.equal(node("restarted", { attempt: 2 }), "gain runs again after restart 2");
  assert.equal(
    say("stuck", { nodeId: "gain", lane: "shape", data: { forNs: 1.8e9 } }),
    'gain has not returned from process() for 1.8 s; nodes of lane "shape" wait',
  );
  const blocked = { kind: "blocked", on: "link", name: "link2" };
  assert.equal(node("activity", { activity: blocked }), "gain waits for room on mixer.audioOut → gain.audioIn");
  assert.equal(node("failed", {}), "the lens broke");
});

Deno.test("eventWords() tells what became of lanes, the graph and the run, and leaves other kinds as they are", () => {
  const replaced = say("replaced", { lane: "shape", data: { generation: 2, nodes: ["gain", "reverb"] } });
  assert.equal(replaced, 'Lane "shape" has a new thread, its number 2, with gain, reverb');
  assert.equal(
    say("edited", { topic: "graph", data: { actions: ["add", "connect"] } }),
    "The graph was edited: add, connect",
  );
  const reason = 'Lane "worker" was busy';
  assert.equal(
    say("edited", { topic: "graph", data: { actions: ["move"], nodes: ["a"], reason } }),
    'The graph was edited: move; a. Lane "worker" was busy',
  );
  const edited = (nodes: string[]) => say("edited", { topic: "graph", data: { actions: ["replace"], nodes } });
  assert.equal(edited(["gate"]), "The graph was edited: replace; gate");
  assert.equal(edited([..."abcdefg"]), "The graph was edited: replace; a, b, c, d, e and 2 more");
  assert.equal(say("started", { topic: "runtime" }), "The graph runs");
  assert.equal(say("rejected", { topic: "plugin" }), "the lens broke");
});
