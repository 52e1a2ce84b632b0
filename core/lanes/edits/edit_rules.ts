/**
 * The rules by which a node hands over to its successor.
 *
 * @module
 */
import type { Carries } from "../../graph/carries.ts";
import type { Handover } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** Whether a node takes no state from its predecessor. */
export function isStateless({ instance }: NodeCell): boolean {
  return instance.processor.restore === undefined;
}

/** What nodes give to others and take of them, by record. */
export function carriesOf(cells: Iterable<NodeCell>): ReadonlyMap<number, Carries> {
  return new Map(
    Array.from(cells, ({ plan, instance: { processor: { snapshot, restore, teardown } } }) => {
      if (restore === undefined) return [plan.index, "nothing"];
      if (snapshot === undefined) return [plan.index, "takes"];
      return [plan.index, teardown === undefined ? "all" : "state"];
    }),
  );
}

/**
 * Whether no successor goes on from what a node has, so that it is flushed and its file is complete.
 *
 * @param anew whether its successor gets or takes no state from it
 */
export function endsHere({ failed, instance }: NodeCell, anew = false): boolean {
  return !failed && (anew || instance.processor.snapshot === undefined);
}

/** Whether a node may hold frames, which are lost where its `flush()` has no links, or where it is bypassed. */
export function holdsFrames({ instance, kept }: NodeCell): boolean {
  return kept > 0 || instance.processor.flush !== undefined;
}

/**
 * Whether frames are lost, or may be, where a node hands over: those that it retains or has in hand never go along, nor
 * those that a failed tick had read.
 *
 * @param anew whether its successor gets or takes no state from it
 */
export function losesFrames(cell: NodeCell, anew = false): boolean {
  if (cell.failed || cell.kept > 0 || (cell.isAsync && cell.ledger.held() > 0)) return true;
  return endsHere(cell, anew) && holdsFrames(cell);
}

/** Whether this node's successor can be tried with what waits for this node. */
export function mayBeTried({ mode, finishing, failed, inputs }: NodeCell): boolean {
  if (mode === "external" || finishing || failed) return false;
  // Nothing leads to it, so nothing would come.
  return mode !== "push" || inputs.some(({ link }) => link !== undefined);
}

/** Whether a node is asked for its state. What one that has failed still knows may be what made it fail. */
export function givesState({ failed }: NodeCell, state: Handover["state"]): boolean {
  return state === "kept" || (state === "carried" && !failed);
}

/** Whether a node has failed and is built anew on its record. */
export function isRestart(state: Handover["state"]): boolean {
  return state === "restart-carried" || state === "restart-fresh";
}
