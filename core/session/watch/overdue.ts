/**
 * Reports nodes and lanes that do not end in time.
 *
 * @module
 */
import { PHASE } from "../../../ffi/layout.gen.ts";
import { orderedNodes } from "../../graph/order.ts";
import { callOf } from "../../live/edit_errors.ts";
import { logger } from "../../log.ts";
import { readLaneCounters, readLanePulse, readPhase } from "../../stats.ts";
import type { NodeEntry } from "../../graph/entries.ts";
import type { LaneThread } from "../../lanes/ports/lane_thread.ts";
import type { Run } from "../run.ts";

/** Logs why a graph that is being stopped was not drained in time. */
export function tellUndrained(run: Run, limitMs: number): void {
  const { topology, lanes, states, page } = run;
  const inSetup = [...topology.nodes.values()].filter((node) => readPhase(page, node.index) === PHASE.setup);
  const starting = lanes.all.filter((lane) => lane.isOpening).map(({ name }) => name);
  const open = [...states].filter(([, state]) => state !== "ended" && state !== "disabled").map(([id]) => id);
  const reason = inSetup.length > 0
    ? `${quoteAll(inSetup.map(({ id }) => id))} did not return from setup()`
    : starting.length > 0
    ? `lane ${quoteAll(starting)} did not start`
    : `${quoteAll(open)} did not end`;
  logger("runtime").warn(`Stopped before the graph was drained: ${reason} within ${limitMs} ms`);
}

/** Logs which lanes have not closed, and the calls that keep them. Leaves out lanes that have crashed. */
export function tellClosing(run: Run, limitMs: number): void {
  for (const lane of run.lanes.open) {
    if (lane.isDead(run.page)) continue;
    const kept = keptBy(run, lane.index);
    logger("runtime").warn(
      `Lane "${lane.name}" has not closed: ${kept} has not returned; it is waited for up to ${limitMs} ms`,
    );
  }
}

/** Reports that the graph continues without a lane. Edits may put other nodes on a lane of that name. */
export function tellLate(run: Run, lane: LaneThread): void {
  const message =
    `Lane "${lane.name}" has no node any more and does not end: ${keptBy(run, lane.index)} has not returned; ` +
    "what it holds is set aside until it does";
  run.events.publish({ group: "lane", lane: lane.name, kind: "warning", message });
  logger("runtime").warn(message);
}

/**
 * Quarantines the slots of lanes that have not closed, since they may still use them, and reports what keeps these
 * lanes. The session does not wait for lanes whose thread a node keeps.
 */
export function abandonOpen(run: Run, limitMs: number): void {
  const { lanes } = run;
  for (const lane of lanes.open) {
    tellAbandoned(run, lane, lane.hold === undefined ? `did not close within ${limitMs} ms` : "does not close");
    lane.abandon();
  }
  for (const lane of lanes.late) tellAbandoned(run, lane, "was left behind by an edit and has not closed since");
}

/** Returns the call that keeps a lane from its end, as far as it is known. */
export function keptBy(run: Run, index: number): string {
  const { topology, lanes, page, edits } = run;
  const { drafted = [], leaving = [] } = edits ?? {};
  const { currentNode } = readLanePulse(page, index);
  const gone = leaving.filter(({ lane }) => lane === index);
  const called = gone.find(({ node }) => node.index === currentNode);
  if (called !== undefined) return `${called.call} of ${nameGone(run, called.node)}`;
  const nodes = [...orderedNodes(topology), ...drafted].filter(({ lane }) => lanes.indexOf(lane) === index);
  const current = nodes.find((node) => node.index === currentNode);
  if (current !== undefined) return `a call of "${current.id}"`;
  const calls = gone.map(({ node, call }) => `${callOf(page, node.index) ?? call} of ${nameGone(run, node)}`);
  if (calls.length > 0) return calls.join(" or ");
  if (nodes.length > 0) return `a call of ${nodes.map(({ id }) => `"${id}"`).join(" or ")}`;
  return "a call of a node that an edit was to make ready";
}

function tellAbandoned(run: Run, lane: LaneThread, what: string): void {
  const message =
    `Lane ${describeLane(run, lane)} ${what}: ${keptBy(run, lane.index)} has not returned. Its memory is ` +
    "set aside; it goes on until Deno.exit() or a signal ends the process";
  run.events.publish({ group: "lane", lane: lane.name, kind: "warning", message });
  logger("runtime").error(message);
}

/** Names a node that an edit has removed: a new node may have its id. */
function nameGone(run: Run, { id }: NodeEntry): string {
  return run.topology.nodes.has(id) ? `the former "${id}"` : `"${id}"`;
}

/** Names a lane, with the number of its thread if that is known. */
export function describeLane({ page }: Run, { name, index }: LaneThread): string {
  const { threadId } = readLaneCounters(page, index);
  return `"${name}"${threadId > 0 ? ` (thread ${threadId})` : ""}`;
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
