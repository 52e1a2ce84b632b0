/**
 * Prepares an edit on a lane: builds new nodes beside the old ones, and sets them up. Until the commit the edit can be
 * dropped, and leaves nothing behind.
 *
 * @module
 */
import type { NodeInstance } from "../../registry/node_type.ts";
import { PHASE } from "../../../ffi/layout.gen.ts";
import type { FrameFormat } from "../../frames/format.ts";
import type { NodeId } from "../../ids.ts";
import { giveState } from "../lane/carried_state.ts";
import type { EditAttempt } from "./edit_attempt.ts";
import { isRestart } from "./edit_rules.ts";
import { LaneHandovers } from "./lane_handovers.ts";
import type { Lane } from "../lane/lane.ts";
import { explain } from "../cells/call_outcome.ts";
import { setUp, tearDown, tearDownFailed } from "../lane/node_lifecycle.ts";
import { buildCell, makeInstance } from "../cells/cell_builder.ts";
import type { AnnouncedFormat, LaneCommand, LaneEdit, NodePlan } from "../messages.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { Turn } from "./turn.ts";

type Prepare = Extract<LaneCommand, { kind: "prepare" }>;

/** An edit that waits for its commit. */
export interface PreparedEdit {
  readonly epoch: number;
  readonly edit: LaneEdit;
  readonly turn: Turn;
  readonly attempt: EditAttempt;
  /** The new nodes. */
  readonly cells: ReadonlyMap<NodeId, NodeCell>;
  readonly handovers: LaneHandovers;
  /** Settles when no step of the handovers is under way, with whether all of them succeeded. */
  handing?: Promise<boolean>;
}

/**
 * Prepares an edit. If that fails, it drops the prepared parts.
 *
 * @param before the attempt before this one, which must release its nodes first
 * @param ready receives the edit, in the same turn in which the edit was found to be still wanted
 * @throws the reason of the failure, with the node that caused it
 */
export async function prepareEdit(
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
    // Another thread has taken over the links.
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
  /** The node that is being called, and the method, to name them in an error. */
  #current: NodeCell | undefined;
  #method = "setup()";

  constructor(lane: Lane, command: Prepare, attempt: EditAttempt) {
    this.#lane = lane;
    this.#command = command;
    this.#attempt = attempt;
  }

  async run(before: EditAttempt | undefined): Promise<void> {
    await before?.over;
    this.#attempt.assertWanted();
    this.#lane.openPools(this.#command.pools);
    for (const plan of this.#command.nodes) await this.#build(plan);
  }

  get prepared(): PreparedEdit {
    const { epoch, edit, turn } = this.#command;
    const [attempt, cells] = [this.#attempt, this.#cells];
    return { epoch, edit, turn, attempt, cells, handovers: new LaneHandovers(this.#lane, attempt, edit, cells) };
  }

  /** Drops the parts prepared so far. @returns the error, with the node that was being called */
  async drop(error: unknown): Promise<unknown> {
    abortAll(this.#lane, this.#cells);
    this.#attempt.finish();
    await tearDownAll(this.#lane, this.#cells);
    return this.#current === undefined ? error : explain(error, this.#current, this.#method);
  }

  /** Builds a new node and sets it up. A failed node that it restarts is torn down before. */
  async #build(plan: NodePlan): Promise<void> {
    const lane = this.#lane;
    const attempt = this.#attempt;
    this.#current = undefined;
    this.#method = "setup()";
    const state = await attempt.waitFor(this.#tearDownFailed(plan.id));
    const type = await attempt.waitFor(lane.site.findType(plan));
    if (plan.vacant) {
      const place = buildCell(lane, plan, type.descriptor, vacantInstance());
      place.fail();
      this.#cells.set(plan.id, place);
      return;
    }
    const instance = await attempt.waitFor(makeInstance(type, plan));
    attempt.assertWanted();
    const cell = buildCell(lane, plan, type.descriptor, instance);
    // Nothing may schedule the node yet, even if it is woken.
    cell.outside = true;
    cell.deferCounts();
    this.#current = cell;
    this.#cells.set(plan.id, cell);
    cell.setPhase(PHASE.setup);
    await attempt.waitFor(calling(lane, cell, () => setUp(cell, lane.init.setupTimeoutMs)));
    cell.setPhase(PHASE.idle);
    this.#method = "restore()";
    if (plan.state !== undefined) giveState(lane, cell, plan.state);
    if (state === undefined) return;
    // A state that restore() refuses is given to no other instance.
    lane.cells.find(({ id }) => id === plan.id)!.stateGiven = undefined;
    giveState(lane, cell, state);
  }

  /** Tears down a node that has failed and is restarted. @returns the state for its successor */
  async #tearDownFailed(id: NodeId): Promise<unknown> {
    const handover = this.#command.edit.handovers.find(({ node, state }) => node === id && isRestart(state));
    if (handover === undefined) return undefined;
    const failed = this.#lane.cells.find((cell) => cell.id === id)!;
    return await tearDownFailed(this.#lane, failed, handover.state === "restart-carried");
  }
}

/** Returns the known formats of the new nodes' outputs, and of the ports that the command asks for. */
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

/** Releases new nodes at once: their waits end. */
export function abortAll(lane: Lane, cells: ReadonlyMap<NodeId, NodeCell>): void {
  for (const cell of cells.values()) {
    cell.outside = true;
    cell.forgoRecord();
    cell.abort("the edit was given up");
  }
  lane.driver.ringBell(lane.index);
}

/** Tears released new nodes down, side by side: none waits for another whose `teardown()` does not return. */
export async function tearDownAll(lane: Lane, cells: ReadonlyMap<NodeId, NodeCell>): Promise<void> {
  await Promise.all([...cells.values()].map((cell) => tearDown(cell, lane)));
}

/** Makes a placeholder for a processor's instance. It is never run. */
function vacantInstance(): NodeInstance {
  return {
    processor: { process() {} },
    ports: { inputs: () => ({}), outputs: () => ({}), visit() {}, wire() {} },
    tick() {},
    configure() {},
  };
}
