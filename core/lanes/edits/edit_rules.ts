/**
 * What decides how a node gives its place to another one.
 *
 * @module
 */
import type { LaneEdit } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** Whether a node takes no state of the one whose place it takes. */
export function isStateless({ instance }: NodeCell): boolean {
  return instance.processor.restore === undefined;
}

/**
 * Whether nobody goes on from what a node that gives its place away has, so that it is flushed: its file is complete.
 *
 * @param anew whether the next one gets or takes no state of it
 */
export function endsHere({ failed, instance }: NodeCell, anew = false): boolean {
  return !failed && (anew || instance.processor.snapshot === undefined);
}

/** Whether a node may hold frames: then some are lost where its `flush()` writes to nobody, or it is passed by. */
export function holdsFrames({ instance, kept }: NodeCell): boolean {
  return kept > 0 || instance.processor.flush !== undefined;
}

/**
 * Whether frames are lost, or may be, where a node gives its place away: those that it keeps or has in hand never go
 * along, nor what a tick had read that failed.
 *
 * @param anew whether the next one gets or takes no state of it
 */
export function losesFrames(cell: NodeCell, anew = false): boolean {
  if (cell.failed || cell.kept > 0 || (cell.isAsync && cell.ledger.held() > 0)) return true;
  return endsHere(cell, anew) && holdsFrames(cell);
}

/** Whether a node that takes this one's place on another lane can be tried with what waits for this one. */
export function mayBeLent({ mode, finishing, failed, inputs }: NodeCell): boolean {
  if (mode === "external" || finishing || failed) return false;
  return mode !== "push" || inputs.some(({ link }) => link !== undefined);
}

/** Whether a node that takes this one's place can be tried on its links: they are all those that it will have. */
export function mayBeTried(edit: LaneEdit, { id, mode, finishing, inputs }: NodeCell): boolean {
  if (mode === "external" || finishing) return false;
  // Nothing leads to it, so nothing would come.
  if (mode === "push" && inputs.every(({ link }) => link === undefined)) return false;
  const links = [...edit.detach.map(({ link }) => link), ...edit.attach.map(({ link }) => link)];
  links.push(...edit.moves.map(({ after }) => after));
  return !edit.ports.some(({ node }) => node === id) &&
    !links.some(({ fromNode, toNode }) => fromNode === id || toNode === id);
}
