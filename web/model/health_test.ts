import assert from "node:assert/strict";
import {
  graver,
  HEALTH_LEVELS,
  HEALTH_MARKS,
  linkHealth,
  type LinkSigns,
  nodeHealth,
  type NodeSigns,
} from "./health.ts";

const node: NodeSigns = {
  state: "running",
  phase: "idle",
  blocked: "nothing",
  inCallMs: 0,
  ticksPerSecond: 94,
  busyShare: 0.1,
  flowing: true,
  live: true,
};

const link: LinkSigns = {
  droppedRecently: false,
  queued: 2,
  capacity: 8,
  writtenPerSecond: 94,
  readPerSecond: 94,
  ageNs: 5e6,
  written: 1000,
  ended: false,
  flowing: true,
  live: true,
};

Deno.test("nodeHealth() tells every condition apart", () => {
  assert.equal(nodeHealth(node), "healthy");
  assert.equal(nodeHealth({ ...node, ticksPerSecond: 0 }), "idle");
  assert.equal(nodeHealth({ ...node, flowing: false }), "idle");
  assert.equal(nodeHealth({ ...node, ticksPerSecond: 0, blocked: "link" }), "blocked");
  assert.equal(nodeHealth({ ...node, busyShare: 0.97 }), "late");
  assert.equal(nodeHealth({ ...node, phase: "process", inCallMs: 1500 }), "stuck");
  assert.equal(nodeHealth({ ...node, state: "failed", phase: "process", inCallMs: 1500 }), "failed");
  assert.equal(nodeHealth({ ...node, state: "restarting" }), "failed");
  assert.equal(nodeHealth({ ...node, state: "ended", ticksPerSecond: 0 }), "ended");
});

Deno.test("nodeHealth() says stuck also while the graph is paused, and never of a node that awaits", () => {
  assert.equal(nodeHealth({ ...node, phase: "process", inCallMs: 1500, flowing: false }), "stuck");
  assert.equal(nodeHealth({ ...node, phase: "await", inCallMs: 90_000 }), "healthy");
});

Deno.test("nodeHealth() takes back-pressure and a full core for normal where the node goes on", () => {
  assert.equal(nodeHealth({ ...node, blocked: "link" }), "healthy");
  assert.equal(nodeHealth({ ...node, busyShare: 1, live: false }), "healthy");
});

Deno.test("linkHealth() tells every condition apart", () => {
  assert.equal(linkHealth(link), "healthy");
  assert.equal(linkHealth({ ...link, droppedRecently: true }), "dropping");
  assert.equal(linkHealth({ ...link, queued: 8, readPerSecond: 0 }), "blocked");
  assert.equal(linkHealth({ ...link, ageNs: 4e8 }), "late");
  assert.equal(linkHealth({ ...link, ageNs: 4e8, live: false }), "healthy");
  assert.equal(linkHealth({ ...link, ageNs: 4e8, flowing: false }), "idle");
  assert.equal(linkHealth({ ...link, ageNs: 4e8, ended: true, queued: 0 }), "ended");
  assert.equal(linkHealth({ ...link, writtenPerSecond: 0, readPerSecond: 0 }), "idle");
});

Deno.test("HEALTH_MARKS gives each condition a word and a shape of its own", () => {
  const marks = HEALTH_LEVELS.map((level) => HEALTH_MARKS[level]);
  assert.equal(new Set(marks.map(({ word }) => word)).size, HEALTH_LEVELS.length);
  assert.equal(new Set(marks.map(({ shape }) => shape)).size, HEALTH_LEVELS.length);
});

Deno.test("graver() takes the gravest, whichever comes first", () => {
  assert.equal(graver("late", "stuck"), "stuck");
  assert.equal(graver("stuck", "late"), "stuck");
  assert.equal(graver("healthy", "ended"), "healthy");
});
