/**
 * What one lane has to do in an edit.
 *
 * @module
 */
import type { NodeId } from "../ids.ts";
import type { LaneEdit, LinkEndPlan, NodePlan, PortEdit } from "../lanes/messages.ts";
import type { LinkMove } from "../links/link_move.ts";

/** What one lane has to do. */
export interface LaneWork {
  nodes: NodePlan[];
  hold: NodeId[];
  inspect: { node: NodeId; port: string }[];
  edit: {
    detach: LinkEndPlan[];
    settle: LaneEdit["settle"][number][];
    remove: NodeId[];
    insert: LaneEdit["insert"][number][];
    moves: LinkMove[];
    depart: NodeId[];
    attach: LinkEndPlan[];
    loops: LaneEdit["loops"][number][];
    ports: PortEdit[];
    bypass: { node: NodeId; on: boolean }[];
    configure: LaneEdit["configure"][number][];
  };
}

/** Nothing to do, so far. */
export function emptyWork(): LaneWork {
  const edit = {
    detach: [],
    settle: [],
    remove: [],
    insert: [],
    moves: [],
    depart: [],
    attach: [],
    loops: [],
    ports: [],
    bypass: [],
    configure: [],
  };
  return { nodes: [], hold: [], inspect: [], edit };
}
