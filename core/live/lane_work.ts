/**
 * The work of one lane in an edit.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import type { Handover, LaneEdit, LinkEndPlan, NodePlan, PortEdit } from "../lanes/messages.ts";
import type { LinkMove } from "../links/link_move.ts";

/** The work of one lane. */
export interface LaneWork {
  nodes: NodePlan[];
  inspect: { node: NodeId; port: string }[];
  edit: {
    detach: LinkEndPlan[];
    lost: LaneEdit["lost"][number][];
    remove: NodeId[];
    handovers: Handover[];
    moves: LinkMove[];
    attach: LinkEndPlan[];
    loops: LaneEdit["loops"][number][];
    grow: LaneEdit["grow"][number][];
    ports: PortEdit[];
    bypass: { node: NodeId; on: boolean }[];
    configure: LaneEdit["configure"][number][];
  };
}

/** Returns empty work. */
export function emptyWork(): LaneWork {
  const edit = {
    detach: [],
    lost: [],
    remove: [],
    handovers: [],
    moves: [],
    attach: [],
    loops: [],
    grow: [],
    ports: [],
    bypass: [],
    configure: [],
  };
  return { nodes: [], inspect: [], edit };
}

/** Returns the work of one lane, made at the first request. */
export function workOf(work: Map<number, LaneWork>, lane: number): LaneWork {
  let own = work.get(lane);
  if (own === undefined) work.set(lane, own = emptyWork());
  return own;
}
