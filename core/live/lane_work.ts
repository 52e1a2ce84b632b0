/**
 * What one lane has to do in an edit.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import type { Handover, LaneEdit, LinkEndPlan, NodePlan, PortEdit } from "../lanes/messages.ts";
import type { LinkMove } from "../links/link_move.ts";

/** What one lane has to do. */
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

/** Work with nothing in it yet. */
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

/** The work of one lane, made when it is first asked for. */
export function workOf(work: Map<number, LaneWork>, lane: number): LaneWork {
  let own = work.get(lane);
  if (own === undefined) work.set(lane, own = emptyWork());
  return own;
}
