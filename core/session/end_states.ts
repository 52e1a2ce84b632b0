/**
 * Sets the states of nodes and links when lanes end.
 *
 * @module
 */
import type { ProcessorMode } from "../annotations.ts";
import type { ControlPage } from "../control_page.ts";
import type { NodeStates } from "../events/node_states.ts";
import { awaitedInput } from "../graph/complete.ts";
import type { LinkEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { NodeState } from "../stats.ts";
import type { Topology } from "../topology.ts";

/** True if a node has ended or was disabled. */
export function isOver(state: NodeState | undefined): boolean {
  return state === "ended" || state === "disabled";
}

/** True if every source of a live graph has ended, and the other nodes wait for links, or for nodes that do. */
export function isSpent(topology: Topology, states: ReadonlyMap<NodeId, NodeState>): boolean {
  const { nodes, connections } = topology;
  const open = [...nodes.values()].filter(({ id }) => !isOver(states.get(id)));
  const waiting = new Set(open.filter((node) => awaitedInput(topology, node) !== undefined).map(({ id }) => id));
  if (waiting.size === 0) return false;
  const idle = new Set(
    open.filter(({ id, type }) => waiting.has(id) || isFed(id, type.descriptor.mode)).map(({ id }) => id),
  );
  const gets = ({ fromNode }: LinkEntry) => !idle.has(fromNode) && !isOver(states.get(fromNode));
  for (let before = -1; before !== idle.size;) {
    before = idle.size;
    for (const id of idle) if (!waiting.has(id) && connections.intoNode(id).some(gets)) idle.delete(id);
  }
  return idle.size === open.length;

  function isFed(id: NodeId, mode: ProcessorMode): boolean {
    return mode === "push" && connections.intoNode(id).length > 0;
  }
}

/** Sets the nodes of a dead lane to `failed`. */
export function failLane(topology: Topology, states: NodeStates, lane: string): void {
  change(topology, states, ["running"], "failed", (each) => each === lane);
}

/**
 * Closes the links, and the nodes that have not ended, at the end of the run.
 *
 * @param stuck names of lanes that did not close: their nodes may still run
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
