/**
 * What is said, and what is set aside, of nodes and lanes that do not come to their end in time.
 *
 * @module
 */
import { PHASE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import type { EventBus } from "../events/bus.ts";
import type { NodeStates } from "../events/node_states.ts";
import type { LanePort } from "../lanes/lane_port.ts";
import { logger } from "../log.ts";
import { readLaneCounters, readPhase } from "../stats.ts";
import type { Topology } from "../topology.ts";
import type { LaneKeeper } from "./lane_keeper.ts";
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

/** Says which lanes are waited for that were told to close, and what keeps them: nothing keeps one that has crashed. */
export function tellClosing(lanes: SessionLanes, keeper: LaneKeeper, limitMs: number): void {
  const dead = new Set(keeper.dead);
  for (const lane of lanes.open) {
    if (dead.has(lane.index)) continue;
    logger("runtime").warn(
      `Lane "${lane.name}" has not closed: ${
        keeper.keptBy(lane)
      } has not returned; it is waited for up to ${limitMs} ms`,
    );
  }
}

/**
 * Sets aside what lanes hold that have not closed, and says so, with what keeps them: they may still use it.
 *
 * @param held lanes that were not waited for, since a node keeps their thread
 */
export function setAsideOpen(
  lanes: SessionLanes,
  keeper: LaneKeeper,
  page: ControlPage,
  events: EventBus,
  limitMs: number,
  held: ReadonlySet<number>,
): void {
  for (const lane of lanes.open) {
    setAside(lane, held.has(lane.index) ? "does not close" : `did not close within ${limitMs} ms`);
  }
  for (const lane of lanes.late) setAside(lane, "was left behind by an edit and has not closed since");

  function setAside(lane: LanePort, what: string): void {
    lanes.setRowAside(lane.index);
    const { threadId } = readLaneCounters(page, lane.index);
    const message = `Lane "${lane.name}"${threadId > 0 ? ` (thread ${threadId})` : ""} ${what}: ` +
      `${
        keeper.keptBy(lane)
      } has not returned. Its memory is set aside; it goes on until Deno.exit() or a signal ends ` +
      "the process";
    events.publish({ group: "lane", lane: lane.name, kind: "warning", message });
    logger("runtime").error(message);
  }
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
