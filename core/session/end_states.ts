/**
 * Sets the states of nodes and links when lanes end.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { NodeStates } from "../events/node_states.ts";
import type { NodeState } from "../stats.ts";
import type { Topology } from "../topology.ts";

/** A lane has died. Sets the nodes that it ran to `failed`. */
export function failLane(topology: Topology, states: NodeStates, lane: string): void {
  change(topology, states, ["running"], "failed", (each) => each === lane);
}

/**
 * The run is over: nothing flows any longer. Closes the links, and the nodes that had not come to their end.
 *
 * @param stuck names of lanes that did not close: what they run may go on
 */
export function closeAll(topology: Topology, states: NodeStates, page: ControlPage, stuck: ReadonlySet<string>): void {
  change(topology, states, ["running", "restarting"], "closed", (lane) => !stuck.has(lane));
  for (const { index } of topology.links.values()) page.setClosed(index);
}

function change(
  { nodes }: Topology,
  states: NodeStates,
  from: readonly NodeState[],
  to: NodeState,
  isOnLane: (lane: string) => boolean,
): void {
  for (const { id, lane } of nodes.values()) {
    const state = states.get(id);
    if (state !== undefined && from.includes(state) && isOnLane(lane)) states.set(id, to);
  }
}
