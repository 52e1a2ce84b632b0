/**
 * Finds calls that await something: a call that has neither read nor written for long most likely awaits a promise that
 * never settles. Such a node holds no thread, so no other check reports it. Left out are nodes that wait for room, for a
 * slot or for the end of a pause, external nodes, whose single tick is their whole life, nodes that wait for their
 * script or client, and native stages, which await nothing.
 *
 * @module
 */
import { BLOCKED, PHASE } from "../../../ffi/layout.gen.ts";
import type { NodeEntry } from "../../graph/entries.ts";
import type { NodeId } from "../../ids.ts";
import type { NodeState } from "../../stats.ts";
import { lasting, type NodePulse, type PageSample, type Steady } from "./page_sample.ts";

/**
 * Returns the calls that await something, and for how long each has had no effect.
 *
 * @param before the result of the look before
 * @param stepNs the time since, on a clock that stops while the graph is paused, nanoseconds
 */
export function awaitingCalls(
  before: ReadonlyMap<NodeEntry, Steady>,
  { nodes }: PageSample,
  states: ReadonlyMap<NodeId, NodeState>,
  stepNs: number,
): Map<NodeEntry, Steady> {
  const calls = nodes.entries().filter(([node, pulse]) => states.get(node.id) === "running" && awaits(node, pulse));
  return lasting(before, calls.map(([node, pulse]) => [node, signsOf(pulse)] as const), stepNs);
}

/** Returns the call that has these signs. */
export function nameOfCall({ signs }: Steady): "process()" | "flush()" {
  return signs.startsWith(`${PHASE.flush} `) ? "flush()" : "process()";
}

function awaits(
  { type: { descriptor: { mode, category, lane } } }: NodeEntry,
  { phase, blockedKind }: NodePulse,
): boolean {
  if (lane === "native" || blockedKind !== BLOCKED.none) return false;
  return phase === PHASE.flush || (phase === PHASE.await && mode !== "external" && category !== "app");
}

function signsOf({ phase, ticks, framesIn, framesOut }: NodePulse): string {
  return `${phase} ${ticks} ${framesIn} ${framesOut}`;
}
