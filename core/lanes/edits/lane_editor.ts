/**
 * Changes what a lane runs, while it runs: makes ready beside what is there, and swaps between two ticks once the
 * control page's epoch says so. What is refused leaves nothing behind.
 *
 * @module
 */
import { CONTROL } from "../../../ffi/layout.gen.ts";
import { type SerializedError, serializeError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import { emptyRest, type LinkRest } from "../../links/link_move.ts";
import { giveState } from "../lane/carried_state.ts";
import { changePorts } from "../cells/cell_builder.ts";
import { isInOrder, orderCells } from "./cell_order.ts";
import { awaitTick } from "../cells/cell_runner.ts";
import { EditAttempt } from "./edit_attempt.ts";
import { moveLinks, noteLoops, settleLost } from "./edit_links.ts";
import { addEnds, namedBy, reachOf } from "./edit_reach.ts";
import { endsHere, holdsFrames, isStateless, losesFrames } from "./edit_rules.ts";
import type { Lane } from "../lane/lane.ts";
import { explain } from "../cells/explain.ts";
import { attachLink, detachLink } from "../lane/link_ends.ts";
import { letGoOfLink, takeUpLink } from "./link_mover.ts";
import { ArrivingTrial, claim } from "./loan.ts";
import type { LaneCommand } from "../messages.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { formatsOf, letGo, makeReady, type PreparedEdit, tearDownAll } from "./prepared_edit.ts";
import { reconfigure } from "../lane/reconfigure.ts";
import { retire, takeOut } from "./retire.ts";
import { yieldNodes } from "./yielding.ts";

type Command<K extends LaneCommand["kind"]> = Extract<LaneCommand, { kind: K }>;
type Prepare = Command<"prepare">;

/** A node that was taken out and has not been called for the last time. */
interface Leaver {
  readonly cell: NodeCell;
  /** Whether its `flush()` is called. */
  readonly flushes: boolean;
  /** Whether it is told that it has gone: not of one whose record another one has, which is told of as that record. */
  readonly isTold: boolean;
}

/** See the module. */
export class LaneEditor {
  readonly #lane: Lane;
  #prepared: PreparedEdit | undefined;
  /** The edit that was made ready last, or is now. */
  #attempt: EditAttempt | undefined;
  /** Nodes that are part of the lane and wait for the ends of their links. */
  readonly #arriving: NodeCell[] = [];
  /** The first ticks that they have had. */
  readonly #tried: ArrivingTrial[] = [];
  /** Nodes that are to be brought to their end. */
  readonly #leaving: Leaver[] = [];
  /** Ends of nodes that have begun, and edits that tear theirs down if they are refused. */
  readonly #ending = new Set<Promise<void>>();
  /** Calls that wait for promises or timers. */
  #waits = 0;
  /** The lane ends: nothing more is made ready. */
  #dropped = false;

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  /**
   * Whether an edit has come into effect: call `apply()` between two ticks. A later epoch is that of an edit in which
   * the lane has no part, and then this one was given up.
   */
  get due(): boolean {
    return this.#prepared !== undefined &&
      Atomics.load(this.#lane.page.u32, CONTROL.epoch >> 2) === this.#prepared.epoch;
  }

  /** Whether it waits for promises or timers, so that the lane may not block. */
  get busy(): boolean {
    return this.#waits > 0;
  }

  /** Whether nodes that are no longer part of the lane are to be brought to their end: call `retire()`. */
  get leaving(): boolean {
    return this.#leaving.length > 0;
  }

  /**
   * Begins to bring to their end the nodes that are no longer part of the lane: it calls their `flush()` and
   * `teardown()`.
   */
  retire(): void {
    for (const leaver of this.#leaving.splice(0)) void this.#toEnd(this.#end(leaver));
  }

  /** The lane ends: drops what is ready, or is being made so. */
  drop(): void {
    this.#dropped = true;
    this.#attempt?.giveUp();
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared !== undefined) this.#toEnd(this.#dropPrepared(prepared)).catch(() => {});
  }

  /** Brings nodes to their end that are no longer part of the lane, and waits for those that never came to be. */
  async retired(): Promise<void> {
    this.retire();
    await Promise.allSettled(this.#ending);
  }

  /**
   * Makes an edit ready, and answers: one at a time, so that one that was given up has let go of nodes before the next.
   */
  async prepare(command: Prepare): Promise<void> {
    const before = this.#attempt;
    const attempt = this.#attempt = new EditAttempt(command.epoch, this.#lane);
    if (this.#dropped) attempt.giveUp();
    await this.#toEnd(this.#prepare(command, attempt, before).finally(() => attempt.letGo()));
  }

  async #prepare(command: Prepare, attempt: EditAttempt, before: EditAttempt | undefined): Promise<void> {
    const lane = this.#lane;
    const { epoch } = command;
    try {
      await makeReady(lane, command, attempt, before, (prepared) => {
        this.#prepared = prepared;
        const { cells } = prepared;
        const stateless = [...cells.values()].filter(isStateless).map(({ id }) => id);
        lane.site.post({ kind: "prepared", epoch, formats: formatsOf(lane, command, cells), stateless });
      });
    } catch (error) {
      this.#refuse(epoch, error);
    }
  }

  /** Holds nodes that go to another lane, and says what they go on from. */
  yieldNodes(command: Command<"yield">): Promise<void> {
    return this.#waiting(this.#yield(command));
  }

  /** Gives nodes that come from other lanes what they go on from, and tries them. */
  async arrive(command: Command<"arrive">): Promise<void> {
    const prepared = this.#prepared;
    if (prepared?.epoch !== command.epoch) return;
    prepared.arriving = this.#arrive(command, prepared, this.#attempt!);
    await this.#waiting(prepared.arriving);
  }

  /** Counts what went with lanes that were to let go of the other ends of links. */
  settle({ epoch, ends }: Command<"settle">): void {
    const lane = this.#lane;
    const all = new Map(lane.cells.map((cell) => [cell.id, cell]));
    settleLost(lane, all, ends.map((end) => ({ end, kept: true })));
    lane.site.post({ kind: "settled", epoch });
  }

  /** Takes up the ends of links that came with nodes from other lanes, and runs those nodes from now on. */
  attach({ epoch, moves, rests }: Command<"attach">): void {
    const lane = this.#lane;
    const all = new Map(lane.cells.map((cell) => [cell.id, cell]));
    for (const trial of this.#tried) trial.leave();
    for (const move of moves) {
      const rest = rests.find(({ link }) => link === move.after.index) ?? emptyRest(move.after.index);
      takeUpLink(lane, all, move, rest);
    }
    for (const trial of this.#tried.splice(0)) trial.settle();
    const arrived = this.#arriving.splice(0);
    for (const cell of arrived) cell.held = false;
    const named = new Set<string>(arrived.map(({ id }) => id));
    addEnds(named, moves.map(({ after }) => after));
    const reach = reachOf(named, all);
    for (const cell of reach) cell.seal();
    this.#putInOrder(reach, all);
    lane.inserted(arrived);
    for (const cell of reach) cell.notify();
    // What their first ticks have done is told though they may wait now.
    for (const cell of arrived) cell.publish();
    lane.site.post({ kind: "attached", epoch });
  }

  /** Drops what was made ready. */
  async abort({ epoch }: Command<"abort">): Promise<void> {
    if (this.#attempt?.epoch === epoch) this.#attempt.giveUp();
    const prepared = this.#prepared;
    if (prepared?.epoch !== epoch) return;
    this.#prepared = undefined;
    await this.#toEnd(this.#dropPrepared(prepared));
  }

  /**
   * Does what was made ready. Only between two ticks.
   *
   * 1. Nodes give their links away: those that are removed lose them, those that are replaced hand them to the next,
   *    and those that depart have what is left in them noted, for the lanes that they go to.
   * 2. Nodes come in, which needs the links of those before them; then links, ports, bypasses and values change, for
   *    old nodes and new ones.
   * 3. What the nodes concerned look at is noted, and they are put in order and woken: every link is in its place by
   *    then.
   * 4. It is reported. Nodes that have gone are called only after that, by `retire()`: they may keep the thread, and
   *    other lanes wait for the report.
   */
  apply(): void {
    const lane = this.#lane;
    const { epoch, edit, cells, held, trials, lender, arrivals, ending } = this.#prepared!;
    this.#prepared = undefined;
    const lent = lender.end(lane.pools);
    const failures: SerializedError[] = [];
    const refused: NodeId[] = [];
    const rests: LinkRest[] = [];
    const all = new Map(lane.cells.map((cell) => [cell.id, cell]));
    for (const end of edit.detach) detachLink(lane, all, end);
    if (edit.settle.length > 0) settleLost(lane, all, edit.settle);
    for (const id of edit.remove) {
      this.#takeOut(all.get(id)!, true);
      all.delete(id);
    }
    for (const { node, replaces, anew: isAsked, restart } of edit.insert) {
      const old = replaces ? all.get(node) : undefined;
      if (old === undefined) continue;
      const cell = cells.get(node)!;
      const anew = isAsked || isStateless(cell);
      // What it has counted since it was made ready: a device drives it.
      if (old.mode === "external") cell.countOn(old);
      const trial = trials.get(node);
      trial?.leave();
      moveLinks(lane, old, cell);
      if (restart !== undefined || losesFrames(old, anew)) cell.markGaps();
      trial?.commit();
      if (trial === undefined) cell.takeUp(old.carry);
      this.#takeOut(old, endsHere(old, anew), cell.number !== old.number);
      all.set(node, cell);
    }
    for (const id of edit.depart) {
      const cell = all.get(id)!;
      cell.publish();
      if (losesFrames(cell, ending.has(id))) cell.markGaps();
      // What a device still has it write goes nowhere, and counts no more.
      if (cell.mode === "external") cell.forgoRecord();
    }
    for (const move of edit.moves) {
      const rest = letGoOfLink(lane, all, move, lent.get(move.after.index) ?? 0, (error) => {
        failures.push(serializeError(error));
      });
      if (rest !== undefined) rests.push(rest);
    }
    for (const id of edit.depart) {
      this.#takeOut(all.get(id)!, endsHere(all.get(id)!, ending.has(id)));
      all.delete(id);
    }
    for (const { node, arrives } of edit.insert) {
      const cell = cells.get(node)!;
      cell.enter();
      cell.idlesUnfed = true;
      all.set(node, cell);
      const underWay = (trials.get(node) ?? arrivals.get(node))?.underWay;
      if (underWay !== undefined) awaitTick(lane, cell, underWay);
      if (!arrives) continue;
      cell.held = true;
      this.#arriving.push(cell);
      const trial = arrivals.get(node);
      if (trial !== undefined) this.#tried.push(trial);
    }
    noteLoops(all, edit.loops);
    for (const { node, elements } of edit.ports) changePorts(lane, all.get(node)!, elements);
    for (const end of edit.attach) attachLink(lane, all, end);
    for (const { node, on } of edit.bypass) {
      const cell = all.get(node)!;
      cell.bypass(on);
      if (holdsFrames(cell)) cell.markGaps();
      // It has not seen what passed it by.
      if (!on) { for (const input of cell.inputs) input.markGap(); }
    }
    for (const { node, ...change } of edit.configure) {
      try {
        reconfigure(lane, all.get(node)!, change);
      } catch (error) {
        refused.push(node);
        failures.push(serializeError(explain(error, all.get(node)!, "configChanged()")));
      }
    }
    for (const { node } of edit.ports) {
      const cell = all.get(node)!;
      try {
        calling(lane, cell, () => cell.instance.processor.portsChanged?.(cell.context));
      } catch (error) {
        failures.push(serializeError(explain(error, cell, "portsChanged()")));
      }
    }
    lane.cells = [...all.values()];
    for (const cell of held) cell.held = false;
    const named = namedBy(edit);
    for (const { id } of held) named.add(id);
    const reach = reachOf(named, all);
    for (const cell of reach) cell.seal();
    lane.ranksChanged();
    this.#putInOrder(reach, all);
    lane.inserted([...cells.values()].filter((cell) => !this.#arriving.includes(cell)));
    for (const cell of reach) cell.notify();
    lane.site.post({ kind: "applied", epoch, failures, refused, rests });
  }

  async #arrive({ epoch, nodes }: Command<"arrive">, prepared: PreparedEdit, attempt: EditAttempt): Promise<void> {
    const lane = this.#lane;
    const { cells, arrivals } = prepared;
    let current: NodeCell | undefined;
    let action = "restore()";
    try {
      for (const { node, loan } of nodes) {
        if (loan === undefined) continue;
        if (!claim(loan)) attempt.giveUp();
        attempt.assertWanted();
        arrivals.set(node, new ArrivingTrial(cells.get(node)!, loan, lane));
      }
      for (const { node, carry, state } of nodes) {
        current = cells.get(node)!;
        action = "restore()";
        if (state !== undefined) giveState(lane, current, state);
        current.takeUp(carry);
        action = "process()";
        await arrivals.get(node)?.run(lane.nowNs(), () => attempt.givenUp);
        attempt.assertWanted();
      }
      lane.site.post({ kind: "arrived", epoch });
    } catch (error) {
      if (lane.endIfGivenUp()) return;
      this.#refuse(epoch, current === undefined ? error : explain(error, current, action));
    }
  }

  async #yield(command: Command<"yield">): Promise<void> {
    const { epoch } = command;
    const prepared = this.#prepared;
    const attempt = this.#attempt;
    if (prepared?.epoch !== epoch || attempt === undefined) return;
    try {
      const nodes = await yieldNodes(this.#lane, command, prepared, attempt);
      this.#lane.site.post({ kind: "yielded", epoch, nodes });
    } catch (error) {
      this.#refuse(epoch, error);
    }
  }

  /** Nodes that have come stand last: others are ranked anew where one stands before a node that feeds it. */
  #putInOrder(changed: Iterable<NodeCell>, all: ReadonlyMap<string, NodeCell>): void {
    if (isInOrder(changed, all)) return;
    this.#lane.cells = orderCells(this.#lane.cells);
    this.#lane.ranksChanged();
  }

  #refuse(epoch: number, error: unknown): void {
    this.#lane.site.post({ kind: "refused", epoch, error: serializeError(error) });
  }

  async #dropPrepared(
    { cells, held, trials, lender, arrivals, arriving }: PreparedEdit,
  ): Promise<void> {
    lender.end(this.#lane.pools);
    letGo(this.#lane, cells, held, trials);
    await arriving;
    for (const trial of arrivals.values()) trial.undo();
    await tearDownAll(this.#lane, cells);
  }

  /** Runs a node no more that has lost its links, and notes that it is to be brought to its end. */
  #takeOut(cell: NodeCell, flushes: boolean, isTold = true): void {
    takeOut(cell);
    this.#leaving.push({ cell, flushes, isTold });
    if (isTold) return;
    // That record may be given back before this one has come to its end.
    cell.publish();
    cell.forgoRecord();
  }

  async #end({ cell, flushes, isTold }: Leaver): Promise<void> {
    await retire(this.#lane, cell, flushes);
    if (isTold) this.#lane.site.post({ kind: "removed", record: cell.number - 1 });
  }

  /** As `#waiting()`; and the lane does not end before. */
  #toEnd(work: Promise<void>): Promise<void> {
    const ending = this.#waiting(work).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return ending;
  }

  /** The lane may not block meanwhile. */
  async #waiting(work: Promise<void>): Promise<void> {
    this.#waits++;
    try {
      await work;
    } finally {
      this.#waits--;
      // A lane at rest keeps no free slots: nor what was given back since it came to rest.
      if (this.#lane.paused) { for (const pool of this.#lane.pools) pool.flushMagazine(); }
    }
  }
}
