/**
 * Prepares an edit on a lane: builds new nodes beside the old ones, and tries those that take the place of others. Until
 * the commit the edit can be dropped, and leaves nothing behind.
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
import { Lender } from "./loan.ts";
import { makeInstance } from "../cells/make_instance.ts";
import type { AnnouncedFormat, LaneCommand, LaneEdit, NodePlan } from "../messages.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { quiesce } from "./standstill.ts";
import { endsOf, Trial } from "./trial.ts";
import { vacantInstance } from "./vacancy.ts";

type Prepare = Extract<LaneCommand, { kind: "prepare" }>;

/** An edit that waits for its commit. */
export interface PreparedEdit {
  readonly epoch: number;
  readonly edit: LaneEdit;
  readonly cells: Map<NodeId, NodeCell>;
  readonly held: NodeCell[];
  /** The first ticks of nodes that take the place of others. */
  readonly trials: ReadonlyMap<NodeId, Trial>;
  /** Leaving nodes whose state no successor takes. */
  readonly ending: Set<NodeId>;
  /** What was lent of leaving nodes. */
  readonly lender: Lender;
  /** The first ticks of nodes from other lanes. */
  readonly arrivals: Map<NodeId, Trial>;
  /** Settles when no restore or trial of nodes from other lanes is under way. */
  arriving?: Promise<void>;
}

/**
 * Prepares an edit. If that fails, it drops what it has prepared.
 *
 * @param before the attempt before this one, which has to let go of nodes first
 * @param ready is given the edit, in the same turn in which it was found that it is still wanted
 * @throws why it failed, with the node that caused it
 */
export async function makeReady(
  lane: Lane,
  command: Prepare,
  attempt: EditAttempt,
  before: EditAttempt | undefined,
  ready: (prepared: PreparedEdit) => void,
): Promise<void> {
  const preparation = new Preparation(lane, command, attempt);
  try {
    await preparation.run(before);
    attempt.assertWanted();
    ready(preparation.prepared);
  } catch (error) {
    // Another thread has the links by now.
    if (lane.endIfGivenUp()) return;
    throw await preparation.drop(error);
  }
}

/** One edit while it is prepared. */
class Preparation {
  readonly #lane: Lane;
  readonly #command: Prepare;
  readonly #attempt: EditAttempt;
  readonly #cells = new Map<NodeId, NodeCell>();
  readonly #held: NodeCell[] = [];
  readonly #trials = new Map<NodeId, Trial>();
  /** The node that is being called, and the method: to name them in an error. */
  #current: NodeCell | undefined;
  #method = "setup()";

  constructor(lane: Lane, command: Prepare, attempt: EditAttempt) {
    this.#lane = lane;
    this.#command = command;
    this.#attempt = attempt;
  }

  async run(before: EditAttempt | undefined): Promise<void> {
    const attempt = this.#attempt;
    await before?.over;
    attempt.assertWanted();
    this.#lane.openPools(this.#command.pools);
    for (const plan of this.#command.nodes) await this.#build(plan);
    attempt.assertWanted();
    await this.#quiesce();
    const triedByNs = this.#lane.nowNs() + this.#command.trialMs * 1e6;
    for (const insert of this.#command.edit.insert) await this.#succeed(insert, triedByNs);
  }

  get prepared(): PreparedEdit {
    const { epoch, edit } = this.#command;
    const [cells, held, trials] = [this.#cells, this.#held, this.#trials];
    return { epoch, edit, cells, held, trials, ending: new Set(), lender: new Lender(), arrivals: new Map() };
  }

  /** Drops what is prepared so far. @returns the error, with the node that was being called */
  async drop(error: unknown): Promise<unknown> {
    letGo(this.#lane, this.#cells, this.#held, this.#trials);
    this.#attempt.letGo();
    await tearDownAll(this.#lane, this.#cells);
    return this.#current === undefined ? error : explain(error, this.#current, this.#method);
  }

  /** Builds a new node and sets it up. A failed node that it restarts is torn down before. */
  async #build(plan: NodePlan): Promise<void> {
    const lane = this.#lane;
    const attempt = this.#attempt;
    this.#current = undefined;
    const restart = this.#command.edit.insert.find(({ node }) => node === plan.id)?.restart;
    const failed = restart && lane.cells.find((cell) => cell.id === plan.id);
    const state = failed && await attempt.waitFor(layDown(lane, failed, restart === "carries"));
    const type = await attempt.waitFor(lane.site.findType(plan));
    if (plan.vacant) {
      const place = buildCell(lane, plan, type.descriptor, vacantInstance());
      place.failed = true;
      this.#cells.set(plan.id, place);
      return;
    }
    const instance = await attempt.waitFor(makeInstance(type, plan));
    attempt.assertWanted();
    const cell = buildCell(lane, plan, type.descriptor, instance);
    // Nothing may schedule the node yet, whoever wakes it.
    cell.retired = true;
    cell.deferCounts();
    this.#current = cell;
    this.#cells.set(plan.id, cell);
    cell.setPhase(PHASE.setup);
    await attempt.waitFor(calling(lane, cell, () => setUp(cell, lane.init.setupTimeoutMs)));
    cell.setPhase(PHASE.idle);
    this.#restore(cell, state);
    this.#method = "setup()";
  }

  /** Holds the nodes that the edit concerns, and waits until none of their ticks is under way. */
  async #quiesce(): Promise<void> {
    const hold = new Set(this.#command.hold);
    const attempt = this.#attempt;
    this.#held.push(...this.#lane.cells.filter((cell) => hold.has(cell.id)));
    await attempt.waitFor(quiesce(this.#held, this.#command.standstill, () => attempt.givenUp));
  }

  /** Gives the successor of a node that node's state, and tries it. */
  async #succeed({ node, replaces, anew }: LaneEdit["insert"][number], triedByNs: number): Promise<void> {
    const lane = this.#lane;
    const attempt = this.#attempt;
    const old = replaces ? lane.cells.find((cell) => cell.id === node) : undefined;
    if (old === undefined) return;
    const cell = this.#cells.get(node)!;
    cell.countOn(old);
    // What a failed node still knows may be what made it fail.
    if (old.failed || old.ended) return;
    attempt.assertWanted();
    this.#current = old;
    this.#method = "snapshot()";
    this.#restore(cell, anew === true ? undefined : takeState(lane, old));
    if (!mayBeTried(this.#command.edit, old) || lane.paused) return;
    cell.takeUp(old.carry);
    const trial = new Trial(cell, endsOf(old), lane);
    this.#trials.set(node, trial);
    this.#method = "process()";
    await trial.run(triedByNs, () => attempt.givenUp);
  }

  #restore(cell: NodeCell, state: unknown): void {
    this.#current = cell;
    this.#method = "restore()";
    if (state !== undefined) giveState(this.#lane, cell, state);
  }
}

/** The known formats of the new nodes' outputs, and of the ports that the command asks for. */
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

/** Lets go of the prepared nodes at once: the next edit may hold the same old nodes. */
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

/** Tears new nodes down that were let go of, side by side: none waits for one whose `teardown()` does not return. */
export async function tearDownAll(lane: Lane, cells: ReadonlyMap<NodeId, NodeCell>): Promise<void> {
  await Promise.all([...cells.values()].map((cell) => tearDown(cell, lane)));
}
