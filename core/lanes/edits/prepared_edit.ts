/**
 * Makes an edit ready on a lane: new nodes beside those that are there, and first ticks of those that take the place of
 * others. Until it is in effect it can be dropped, and leaves nothing behind.
 *
 * @module
 */
import { PHASE } from "../../../ffi/layout.gen.ts";
import type { FrameFormat } from "../../frames/format.ts";
import type { NodeId } from "../../ids.ts";
import { giveState, takeState } from "../lane/carried_state.ts";
import type { EditAttempt } from "./edit_attempt.ts";
import { mayBeTried } from "./edit_rules.ts";
import type { Lane } from "../lane/lane.ts";
import { explain } from "../cells/explain.ts";
import { layDown, setUp, tearDown } from "../lane/faults.ts";
import { buildCell } from "../cells/cell_builder.ts";
import { type ArrivingTrial, Lender } from "./loan.ts";
import { makeInstance } from "../cells/make_instance.ts";
import type { AnnouncedFormat, LaneCommand, LaneEdit } from "../messages.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { bringToRest } from "./standstill.ts";
import { Trial } from "./trial.ts";
import { vacantInstance } from "./vacancy.ts";

type Prepare = Extract<LaneCommand, { kind: "prepare" }>;

/** An edit that waits for its epoch. */
export interface PreparedEdit {
  readonly epoch: number;
  readonly edit: LaneEdit;
  readonly cells: Map<NodeId, NodeCell>;
  readonly held: NodeCell[];
  /** First ticks of nodes that take the place of others. */
  readonly trials: ReadonlyMap<NodeId, Trial>;
  /** Nodes that leave whose state nobody goes on from. */
  readonly ending: Set<NodeId>;
  /** What was lent of nodes that leave, and first ticks of those that come. */
  readonly lender: Lender;
  readonly arrivals: Map<NodeId, ArrivingTrial>;
  /** Settles when none of these is under way. */
  arriving?: Promise<void>;
}

/**
 * Makes an edit ready. One that cannot be is dropped.
 *
 * @param before the attempt before this one, which has to let go of nodes first
 * @param ready is given the edit, in the same turn in which it was found that it is still wanted
 * @throws why it cannot, with the node that it comes from
 */
export async function makeReady(
  lane: Lane,
  command: Prepare,
  attempt: EditAttempt,
  before: EditAttempt | undefined,
  ready: (prepared: PreparedEdit) => void,
): Promise<void> {
  const { epoch, edit, standstill } = command;
  const hold = new Set(command.hold);
  const cells = new Map<NodeId, NodeCell>();
  const held: NodeCell[] = [];
  const trials = new Map<NodeId, Trial>();
  let current: NodeCell | undefined;
  let action = "setup()";
  try {
    await before?.over;
    attempt.assertWanted();
    lane.openPools(command.pools);
    for (const plan of command.nodes) {
      current = undefined;
      const restart = edit.insert.find(({ node }) => node === plan.id)?.restart;
      const failed = restart && lane.cells.find((cell) => cell.id === plan.id);
      const state = failed && await attempt.waitFor(layDown(lane, failed, restart === "carries"));
      const type = await attempt.waitFor(lane.site.findType(plan));
      if (plan.vacant) {
        const place = buildCell(lane, plan, type.descriptor, vacantInstance());
        place.failed = true;
        cells.set(plan.id, place);
        continue;
      }
      const instance = await attempt.waitFor(makeInstance(type, plan));
      attempt.assertWanted();
      const cell = buildCell(lane, plan, type.descriptor, instance);
      // The lane does not run it yet, whoever wakes it.
      cell.retired = true;
      cell.deferCounts();
      current = cell;
      cells.set(plan.id, cell);
      cell.setPhase(PHASE.setup);
      await attempt.waitFor(calling(lane, cell, () => setUp(cell, lane.init.setupTimeoutMs)));
      cell.setPhase(PHASE.idle);
      if (state !== undefined) {
        action = "restore()";
        giveState(lane, cell, state);
        action = "setup()";
      }
    }
    attempt.assertWanted();
    held.push(...lane.cells.filter((cell) => hold.has(cell.id)));
    await attempt.waitFor(bringToRest(held, standstill, () => attempt.givenUp));
    const triedByNs = lane.nowNs() + command.trialMs * 1e6;
    for (const { node, replaces, anew } of edit.insert) {
      const old = replaces ? lane.cells.find((cell) => cell.id === node) : undefined;
      if (old !== undefined) cells.get(node)!.countOn(old);
      // What a failed node still knows may be what made it fail.
      if (old === undefined || old.failed || old.ended) continue;
      attempt.assertWanted();
      current = old;
      action = "snapshot()";
      const state = anew === true ? undefined : takeState(lane, old);
      current = cells.get(node)!;
      action = "restore()";
      if (state !== undefined) giveState(lane, current, state);
      if (!mayBeTried(edit, old) || lane.paused) continue;
      current.takeUp(old.carry);
      const trial = new Trial(current, old, lane);
      trials.set(node, trial);
      action = "process()";
      await trial.run(triedByNs, () => attempt.givenUp);
    }
    attempt.assertWanted();
    ready({ epoch, edit, cells, held, trials, ending: new Set(), lender: new Lender(), arrivals: new Map() });
  } catch (error) {
    // Another thread has the links by now.
    if (lane.endIfGivenUp()) return;
    letGo(lane, cells, held, trials);
    attempt.letGo();
    await tearDownAll(lane, cells);
    throw current === undefined ? error : explain(error, current, action);
  }
}

/** What is known of the formats of new nodes' outputs, and of the ports that the command asks for. */
export function formatsOf(lane: Lane, command: Prepare, cells: ReadonlyMap<NodeId, NodeCell>): AnnouncedFormat[] {
  const formats: AnnouncedFormat[] = [];
  const note = (node: NodeId, port: string, format: FrameFormat | undefined) => {
    if (format !== undefined) formats.push({ node, port, format });
  };
  for (const cell of cells.values()) {
    for (const output of cell.outputs) note(cell.id, output.name, output.format);
  }
  for (const { node, port } of command.inspect) {
    const cell = lane.cells.find((each) => each.id === node);
    if (cell === undefined || cells.has(node)) continue;
    note(node, port, [...cell.outputs, ...cell.inputs].find((each) => each.name === port)?.format);
  }
  return formats;
}

/** Lets go of what was made ready, at once: the edit that comes next may hold the same nodes. */
export function letGo(
  lane: Lane,
  cells: ReadonlyMap<NodeId, NodeCell>,
  held: readonly NodeCell[],
  trials: ReadonlyMap<NodeId, Trial>,
): void {
  for (const trial of trials.values()) trial.undo();
  for (const cell of held) {
    cell.held = false;
    cell.wake();
  }
  for (const cell of cells.values()) {
    cell.retired = true;
    cell.forgoRecord();
    cell.abort("the edit was given up");
  }
  lane.driver.ringBell(lane.index);
}

/** Tears new nodes down that were let go of, side by side: none waits for another that does not return. */
export async function tearDownAll(lane: Lane, cells: ReadonlyMap<NodeId, NodeCell>): Promise<void> {
  await Promise.all([...cells.values()].map((cell) => tearDown(cell, lane)));
}
