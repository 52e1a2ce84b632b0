/**
 * Takes nodes from a lane that go to another one: they are held, say what they go on from, and lend what they have to
 * those that are tried in their place.
 *
 * @module
 */
import { SluiceError } from "../../errors.ts";
import { sendable, takeState } from "../lane/carried_state.ts";
import type { EditAttempt } from "./edit_attempt.ts";
import { serializeQueued } from "./edit_links.ts";
import { mayBeLent } from "./edit_rules.ts";
import type { Lane } from "../lane/lane.ts";
import { explain } from "../cells/explain.ts";
import type { LaneCommand, YieldedNode } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { PreparedEdit } from "./prepared_edit.ts";
import { bringToRest } from "./standstill.ts";

/** Time between two looks at whether frames have come for a node, milliseconds. */
const LOOK_EVERY_MS = 1;

/**
 * See the module.
 *
 * @param prepared notes the nodes that are held or end here, and what is lent of them
 * @throws {SluiceError} `Busy` for a node that has ended, `Timeout` where the edit was given up; and what `snapshot()`
 * throws
 */
export async function yieldNodes(
  lane: Lane,
  { nodes, standstill, anew, ending, tries, links }: Extract<LaneCommand, { kind: "yield" }>,
  { held, ending: noted, lender }: PreparedEdit,
  attempt: EditAttempt,
): Promise<YieldedNode[]> {
  const leaving = lane.cells.filter((cell) => nodes.includes(cell.id));
  for (const node of ending) noted.add(node);
  let current: NodeCell | undefined;
  try {
    const running = leaving.filter((cell) => !held.includes(cell));
    held.push(...running);
    // Where the edit has held others, these are at rest since then, and what they would wait for is too.
    if (running.length > 0) await bringToRest(leaving, standstill, () => attempt.givenUp);
    attempt.assertWanted();
    const leavings = leaving.map((cell) => {
      current = cell;
      cell.publish();
      if (cell.ended) {
        const message = `Cannot move node "${cell.id}" to another lane: it has ended`;
        throw new SluiceError("Busy", message, { nodeId: cell.id });
      }
      // What a failed node still knows may be what made it fail.
      const state = cell.failed || anew.includes(cell.id) ? undefined : sendable(cell, takeState(lane, cell));
      const waitMs = mayBeLent(cell) && !lane.paused ? tries.find(({ node }) => node === cell.id)?.waitMs : undefined;
      return { cell, state, waitMs };
    });
    const tried = leavings.filter(({ waitMs }) => waitMs !== undefined);
    if (tried.length > 0) {
      await Promise.all(tried.map(({ cell, waitMs }) => awaitFrames(lane, cell, waitMs!, attempt)));
      attempt.assertWanted();
    }
    // All at one stroke: what is lent is lost if this lane ends before it has told.
    const yielded = leavings.map(({ cell, state, waitMs }): YieldedNode => {
      current = cell;
      const loan = waitMs === undefined ? undefined : lender.lend(cell, waitMs);
      return { node: cell.id, carry: cell.carry, state, ...(loan && { loan }) };
    });
    for (const link of links) serializeQueued(lane, link);
    return yielded;
  } catch (error) {
    throw current === undefined ? error : explain(error, current, "snapshot()");
  }
}

/** Waits until a node that is held has something to do, if that comes in time. */
async function awaitFrames(lane: Lane, cell: NodeCell, waitMs: number, attempt: EditAttempt): Promise<void> {
  const untilNs = lane.nowNs() + waitMs * 1e6;
  const isIdle = () => (cell.mode === "push" && !cell.triggered()) || !cell.admit();
  while (isIdle() && !attempt.givenUp && lane.nowNs() < untilNs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
