/**
 * What is said, and what is set aside, of nodes and lanes that do not come to their end in time.
 *
 * @module
 */
import { PHASE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import type { NodeStates } from "../events/node_states.ts";
import type { LanePort } from "../lanes/lane_port.ts";
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

/** Sets aside what lanes hold that have not closed, and says so: they may still use it. */
export function setAsideOpen(lanes: SessionLanes, page: ControlPage, limitMs: number): void {
  const left = "was left behind by an edit and has not closed since: flush() or teardown() of a node has not returned";
  tellOpen(lanes.open, `did not close within ${limitMs} ms: a node hangs in it`);
  tellOpen(lanes.late, left);

  function tellOpen(ports: readonly LanePort[], reason: string): void {
    if (ports.length === 0) return;
    const names = ports.map(({ name, index }) => {
      lanes.setRowAside(index);
      const { threadId } = readLaneCounters(page, index);
      return threadId > 0 ? `"${name}" (thread ${threadId})` : `"${name}"`;
    });
    const fate = "Its memory is set aside; it goes on until Deno.exit() or a signal ends the process";
    logger("runtime").error(`Lane ${names.join(", ")} ${reason}. ${fate}`);
  }
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
