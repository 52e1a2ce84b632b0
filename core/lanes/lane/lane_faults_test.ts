import { equal } from "node:assert/strict";
import { nodeId } from "../../ids.ts";
import type { NodeDescriptor } from "../../descriptor/descriptor.ts";
import { blame } from "./lane_faults.ts";

/** A node of a class in a module of the package at `file:///p/sluice.gen.ts`. */
function node(id: string, className: string, source: string) {
  const plan = { id: nodeId(id), index: 0, type: id, packageUrl: "file:///p/sluice.gen.ts", config: {}, secrets: [] };
  return { plan, descriptor: { className, source } as NodeDescriptor };
}

function thrown(...lines: string[]): Error {
  const error = new Error("lost");
  error.stack = ["Error: lost", ...lines.map((line) => `    at ${line}`)].join("\n");
  return error;
}

const gain = node("gain", "Gain", "audio/gain.ts:12");
const low = node("low", "Low", "audio/filters.ts:5");
const high = node("high", "High", "audio/filters.ts:50");
const nodes = [gain, low, high];
const TIMER = "Object.processTimers (ext:core/01_core.js:447:7)";

Deno.test("blame() finds the node whose module the stack names", () => {
  equal(blame(thrown(TIMER, "file:///p/audio/gain.ts:20:3", TIMER), nodes), gain);
  equal(
    blame(thrown("async read (file:///p/other.ts:1:1)", "Gain.process (file:///p/audio/gain.ts:20:3)"), nodes),
    gain,
  );
});

Deno.test("blame() finds a module however the stack writes its URL", () => {
  const bug = node("bug", "Bug", "bug.ts:1");
  const mine = { ...bug, plan: { ...bug.plan, packageUrl: "file:///my%20gr%C3%A4phs/sluice.gen.ts" } };
  for (const place of ["file:///my%20gr%C3%A4phs/bug.ts:2:3", "file:///my gräphs/bug.ts:2:3"]) {
    equal(blame(thrown(place), [gain, mine]), mine);
    equal(blame(thrown(`async Bug.read (${place})`), [gain, mine], true), mine);
  }
});

Deno.test("blame() tells nodes of one module apart by their classes", () => {
  equal(blame(thrown("High.process (file:///p/audio/filters.ts:60:3)"), nodes), high);
  equal(
    blame(thrown("file:///p/audio/filters.ts:9:1", "async Low.process (file:///p/audio/filters.ts:8:1)"), nodes),
    low,
  );
});

Deno.test("blame() blames nobody where the stack names no module, or two instances of a class", () => {
  equal(blame(thrown(TIMER), nodes), undefined);
  equal(blame("no error", nodes), undefined);
  const twins = [low, node("low2", "Low", "audio/filters.ts:5")];
  equal(blame(thrown("Low.process (file:///p/audio/filters.ts:8:1)"), twins), undefined);
});

Deno.test("blame() wants the class as well where other code runs on the thread", () => {
  equal(blame(thrown("file:///p/audio/gain.ts:20:3"), nodes, true), undefined);
  equal(blame(thrown("Gain.process (file:///p/audio/gain.ts:20:3)"), nodes, true), gain);
});
