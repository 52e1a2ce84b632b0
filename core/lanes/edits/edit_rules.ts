/**
 * The rules by which a node hands over to its successor.
 *
 * @module
 */
import type { Carries } from "../../graph/entries.ts";
import type { Handover } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** True if a node takes no state from its predecessor. */
export function isStateless({ instance }: NodeCell): boolean {
  return instance.processor.restore === undefined;
}

/** Returns which state nodes hand over and accept, by record. */
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
 * True if no successor continues from a node's state, so that the node is flushed and its file is complete.
 *
 * @param anew whether its successor gets or takes no state from it
 */
export function endsHere({ failed, instance }: NodeCell, anew = false): boolean {
  return !failed && (anew || instance.processor.snapshot === undefined);
}

/** True if a node may hold frames. They are lost if its `flush()` has no links, or if it is bypassed. */
export function holdsFrames({ instance, kept }: NodeCell): boolean {
  return kept > 0 || instance.processor.flush !== undefined;
}

/**
 * True if frames are lost, or may be, when a node hands over: frames that it retains or has in hand stay behind, as do
 * frames that a failed tick had read.
 *
 * @param anew whether its successor gets or takes no state from it
 */
export function losesFrames(cell: NodeCell, anew = false): boolean {
  if (cell.failed || cell.kept > 0 || (cell.isAsync && cell.ledger.held() > 0)) return true;
  return endsHere(cell, anew) && holdsFrames(cell);
}

/** True if the successor can be tried with the frames that wait for this node. */
export function mayBeTried({ mode, finishing, failed, inputs }: NodeCell): boolean {
  if (mode === "external" || finishing || failed) return false;
  // Without a link, no frame would arrive.
  return mode !== "push" || inputs.some(({ link }) => link !== undefined);
}

/** True if a node is asked for its state. The state of a failed node may be the cause of the failure. */
export function givesState({ failed }: NodeCell, state: Handover["state"]): boolean {
  return state === "kept" || (state === "carried" && !failed);
}

/** True if a node has failed and is rebuilt on its record. */
export function isRestart(state: Handover["state"]): boolean {
  return state === "restart-carried" || state === "restart-fresh";
}
