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
  errors: 0,
  phase: "idle",
  blocked: "nothing",
  inCallMs: 0,
  stuckAfterMs: 1000,
  ticks: 1000,
  ticksPerSecond: 94,
  busyShare: 0.1,
  flowing: true,
  over: false,
  live: true,
};

const link: LinkSigns = {
  droppedRecently: false,
  queued: 2,
  capacity: 8,
  writtenPerSecond: 94,
  readPerSecond: 94,
  ageNs: 5e6,
  periodNs: 11e6,
  written: 1000,
  ended: false,
  flowing: true,
  over: false,
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
  // It failed, whatever is done then.
  assert.equal(nodeHealth({ ...node, state: "disabled", errors: 1, ticksPerSecond: 0 }), "failed");
  assert.equal(nodeHealth({ ...node, state: "disabled", ticksPerSecond: 0 }), "ended");
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

Deno.test("nodeHealth() takes the runtime's own limit, and calls nothing idle whose rate is not known yet", () => {
  assert.equal(nodeHealth({ ...node, phase: "process", inCallMs: 300, stuckAfterMs: 200 }), "stuck");
  assert.equal(nodeHealth({ ...node, phase: "process", inCallMs: 9000, stuckAfterMs: Infinity }), "healthy");
  assert.equal(nodeHealth({ ...node, ticksPerSecond: NaN }), "healthy");
  assert.equal(nodeHealth({ ...node, ticksPerSecond: NaN, ticks: 0 }), "idle");
  assert.equal(linkHealth({ ...link, writtenPerSecond: NaN, readPerSecond: NaN }), "healthy");
  assert.equal(linkHealth({ ...link, writtenPerSecond: NaN, readPerSecond: NaN, written: 0 }), "idle");
});

Deno.test("linkHealth() calls a slow stream late by its own period, and not idle between two frames", () => {
  const slow = { ...link, periodNs: 1e9, writtenPerSecond: 1, readPerSecond: 1, queued: 0 };
  for (const ageNs of [1e6, 300e6, 990e6]) assert.equal(linkHealth({ ...slow, ageNs }), "healthy");
  assert.equal(linkHealth({ ...slow, ageNs: 900e6, writtenPerSecond: 0, readPerSecond: 0 }), "healthy");
  assert.equal(linkHealth({ ...slow, ageNs: 2.1e9, writtenPerSecond: 0 }), "late");
  assert.equal(linkHealth({ ...link, ageNs: 300e6 }), "late");
});

Deno.test("linkHealth() and nodeHealth() of a graph that has ended say so, but for what failed", () => {
  assert.equal(linkHealth({ ...link, over: true, flowing: false, droppedRecently: true }), "ended");
  assert.equal(nodeHealth({ ...node, over: true, flowing: false }), "ended");
  assert.equal(nodeHealth({ ...node, over: true, flowing: false, state: "failed" }), "failed");
});
