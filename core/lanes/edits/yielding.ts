/**
 * What a lane does with nodes that go to another lane: it quiesces them, says what their successors go on from, and lends
 * frames and room to the successors that are tried.
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
import { quiesce } from "./standstill.ts";

/** Time between two looks at whether frames have come for a node, milliseconds. */
const LOOK_EVERY_MS = 1;

type Yield = Extract<LaneCommand, { kind: "yield" }>;

/** A node that goes to another lane. */
interface Yielding {
  readonly cell: NodeCell;
  readonly state: unknown;
  /** How long its successor may wait for its first tick; absent where that is not tried. */
  readonly waitMs: number | undefined;
}

/**
 * Quiesces the nodes, takes their states, and lends what their successors are tried with.
 *
 * @param prepared notes the nodes that are held or end here, and what is lent of them
 * @throws {SluiceError} `Busy` for a node that has ended, `Timeout` where the edit was given up; and what `snapshot()`
 * throws
 */
export async function yieldNodes(
  lane: Lane,
  command: Yield,
  { held, ending, lender }: PreparedEdit,
  attempt: EditAttempt,
): Promise<YieldedNode[]> {
  const leaving = lane.cells.filter((cell) => command.nodes.includes(cell.id));
  for (const node of command.ending) ending.add(node);
  let current: NodeCell | undefined;
  try {
    const running = leaving.filter((cell) => !held.includes(cell));
    held.push(...running);
    // Where the edit has held others, these are quiesced since then, and so is what they would wait for.
    if (running.length > 0) await quiesce(leaving, command.standstill, () => attempt.givenUp);
    attempt.assertWanted();
    // Told later, it would take the place of what their successors report.
    lane.tellAllNews();
    const yielding = leaving.map((cell) => {
      current = cell;
      return takeYielding(lane, cell, command);
    });
    const tried = yielding.filter(({ waitMs }) => waitMs !== undefined);
    if (tried.length > 0) {
      await Promise.all(tried.map(({ cell, waitMs }) => awaitFrames(lane, cell, waitMs!, attempt)));
      attempt.assertWanted();
    }
    // All in one turn: what is lent is lost if this lane ends before it has answered.
    const yielded = yielding.map(({ cell, state, waitMs }): YieldedNode => {
      current = cell;
      const loan = waitMs === undefined ? undefined : lender.lend(cell, waitMs);
      return { node: cell.id, carry: cell.carry, state, ...(loan && { loan }) };
    });
    for (const link of command.links) serializeQueued(lane, link);
    return yielded;
  } catch (error) {
    throw current === undefined ? error : explain(error, current, "snapshot()");
  }
}

function takeYielding(lane: Lane, cell: NodeCell, { anew, tries }: Yield): Yielding {
  cell.publish();
  if (cell.ended) {
    const message = `Cannot move node "${cell.id}" to another lane: it has ended`;
    throw new SluiceError("Busy", message, { nodeId: cell.id });
  }
  // What a failed node still knows may be what made it fail.
  const state = cell.failed || anew.includes(cell.id) ? undefined : sendable(cell, takeState(lane, cell));
  const waitMs = mayBeLent(cell) && !lane.paused ? tries.find(({ node }) => node === cell.id)?.waitMs : undefined;
  return { cell, state, waitMs };
}

/** Waits until a held node has something to do, for `waitMs` at most. */
async function awaitFrames(lane: Lane, cell: NodeCell, waitMs: number, attempt: EditAttempt): Promise<void> {
  const untilNs = lane.nowNs() + waitMs * 1e6;
  const isIdle = () => (cell.mode === "push" && !cell.triggered()) || !cell.admit();
  while (isIdle() && !attempt.givenUp && lane.nowNs() < untilNs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
