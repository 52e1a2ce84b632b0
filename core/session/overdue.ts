/**
 * What is said, and what is set aside, of nodes and lanes that do not come to their end in time.
 *
 * @module
 */
import { PHASE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import type { NodeStates } from "../events/node_states.ts";
import { logger } from "../log.ts";
import { readLaneCounters, readPhase } from "../stats.ts";
import type { Topology } from "../topology.ts";
import type { SessionLanes } from "./session_lanes.ts";

/** Says why a graph that is being stopped was not drained in time. */
export function tellUndrained(
  topology: Topology,
  page: ControlPage,
  lanes: SessionLanes,
  states: NodeStates,
  limitMs: number,
): void {
  const inSetup = [...topology.nodes.values()].filter((node) => readPhase(page, node.index) === PHASE.setup);
  const starting = lanes.opening.map((index) => lanes.nameOf(index));
  const open = [...states].filter(([, state]) => state !== "ended" && state !== "disabled").map(([id]) => id);
  const reason = inSetup.length > 0
    ? `${quoteAll(inSetup.map(({ id }) => id))} did not return from setup()`
    : starting.length > 0
    ? `lane ${quoteAll(starting)} did not start`
    : `${quoteAll(open)} did not come to an end`;
  logger("runtime").warn(`Stopped before the graph was drained: ${reason} within ${limitMs} ms`);
}

/** Sets aside what lanes hold that did not close in time, and says so: they may still use it. */
export function setAsideOpen(lanes: SessionLanes, page: ControlPage, limitMs: number): void {
  const stuck = [...lanes.open, ...lanes.late].map(({ name, index }) => {
    lanes.setRowAside(index);
    const { threadId } = readLaneCounters(page, index);
    return threadId > 0 ? `"${name}" (thread ${threadId})` : `"${name}"`;
  });
  logger("runtime").error(
    `Lane ${
      stuck.join(", ")
    } did not close within ${limitMs} ms: a node hangs in it. Its memory is set aside; end the ` +
      "process with Deno.exit()",
  );
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
