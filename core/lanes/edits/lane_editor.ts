/**
 * Changes what a lane runs, while it runs: prepares an edit beside what is there, and commits it between two ticks once
 * the control page's epoch says so. A refused edit leaves nothing behind.
 *
 * @module
 */
import { CONTROL } from "../../../ffi/layout.gen.ts";
import { serializeError } from "../../errors.ts";
import { emptyRest } from "../../links/link_move.ts";
import { explain } from "../cells/explain.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { giveState } from "../lane/carried_state.ts";
import type { Lane } from "../lane/lane.ts";
import type { LaneCommand } from "../messages.ts";
import { cellsById, sealReach, wakeReach } from "./cells_concerned.ts";
import { EditAttempt } from "./edit_attempt.ts";
import { type Arrival, EditCommit } from "./edit_commit.ts";
import { countLost } from "./edit_links.ts";
import { addEnds } from "./edit_reach.ts";
import { isStateless } from "./edit_rules.ts";
import { takeUpLink } from "./link_mover.ts";
import { claim, lentEnds } from "./loan.ts";
import { formatsOf, letGo, makeReady, type PreparedEdit, tearDownAll } from "./prepared_edit.ts";
import { Leavers } from "./retire.ts";
import { Trial } from "./trial.ts";
import { yieldNodes } from "./yielding.ts";

type Command<K extends LaneCommand["kind"]> = Extract<LaneCommand, { kind: K }>;
type Prepare = Command<"prepare">;

/** Prepares one edit at a time, and ends the nodes that edits take out. */
export class LaneEditor {
  readonly #lane: Lane;
  #prepared: PreparedEdit | undefined;
  /** The edit that was prepared last, or is now. */
  #attempt: EditAttempt | undefined;
  /** Nodes that are part of the lane and wait for the ends of their links. */
  readonly #arrivals: Arrival[] = [];
  /** Nodes that are no longer part of the lane and wait for their last calls. */
  readonly #leavers: Leavers;
  /** The nodes that are being ended, and the edits that tear theirs down if they are refused. */
  readonly #ending = new Set<Promise<void>>();
  /** How many calls wait for promises or timers. */
  #waits = 0;
  /** The lane ends: it prepares no further edit. */
  #dropped = false;

  constructor(lane: Lane) {
    this.#lane = lane;
    this.#leavers = new Leavers(lane);
  }

  /**
   * Whether the prepared edit is committed: call `apply()` between two ticks. A later epoch belongs to an edit in which
   * the lane has no part; then the prepared one was given up.
   */
  get due(): boolean {
    return this.#prepared !== undefined &&
      Atomics.load(this.#lane.page.u32, CONTROL.epoch >> 2) === this.#prepared.epoch;
  }

  /** Whether it waits for promises or timers, so that the lane may not block. */
  get busy(): boolean {
    return this.#waits > 0;
  }

  /** Whether nodes that are no longer part of the lane wait for their end: call `retire()`. */
  get leaving(): boolean {
    return this.#leavers.size > 0;
  }

  /** Begins to end the nodes that are no longer part of the lane: calls their `flush()` and `teardown()`. */
  retire(): void {
    for (const end of this.#leavers.end()) void this.#toEnd(end);
  }

  /** The lane ends: drops the edit that is prepared, or is being prepared. */
  drop(): void {
    this.#dropped = true;
    this.#attempt?.giveUp();
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared !== undefined) this.#toEnd(this.#dropPrepared(prepared)).catch(() => {});
  }

  /** Ends the nodes that are no longer part of the lane, and waits for them and for those of dropped edits. */
  async retired(): Promise<void> {
    this.retire();
    await Promise.allSettled(this.#ending);
  }

  /**
   * Prepares an edit, and answers. An edit that was given up before lets go of its nodes first.
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

  /** Quiesces nodes that go to another lane, and says what their successors go on from. */
  yieldNodes(command: Command<"yield">): Promise<void> {
    return this.#waiting(this.#yield(command));
  }

  /** Gives nodes from other lanes the state of their predecessors, and tries them. */
  async arrive(command: Command<"arrive">): Promise<void> {
    const prepared = this.#prepared;
    if (prepared?.epoch !== command.epoch) return;
    prepared.arriving = this.#arrive(command, prepared, this.#attempt!);
    await this.#waiting(prepared.arriving);
  }

  /** Counts the frames that went with lanes that were to hand over the other ends of links. */
  settle({ epoch, ends }: Command<"settle">): void {
    const lane = this.#lane;
    countLost(lane, cellsById(lane), ends.map((end) => ({ end, kept: true })));
    lane.site.post({ kind: "settled", epoch });
  }

  /** Attaches the ends of links that other lanes have handed over, and runs the nodes that came with them. */
  attach({ epoch, moves, rests }: Command<"attach">): void {
    const lane = this.#lane;
    const all = cellsById(lane);
    const arrivals = this.#arrivals.splice(0);
    for (const { trial } of arrivals) trial?.leave();
    for (const move of moves) {
      const rest = rests.find(({ link }) => link === move.after.index) ?? emptyRest(move.after.index);
      takeUpLink(lane, all, move, rest);
    }
    for (const { trial } of arrivals) trial?.commit();
    const arrived = arrivals.map(({ cell }) => cell);
    for (const cell of arrived) cell.held = false;
    const named = new Set<string>(arrived.map(({ id }) => id));
    addEnds(named, moves.map(({ after }) => after));
    wakeReach(lane, sealReach(named, all), all, arrived);
    // The counts of their first ticks: the nodes may have nothing to do for a while.
    for (const cell of arrived) cell.publish();
    lane.site.post({ kind: "attached", epoch });
  }

  /** Drops the prepared edit. */
  async abort({ epoch }: Command<"abort">): Promise<void> {
    if (this.#attempt?.epoch === epoch) this.#attempt.giveUp();
    const prepared = this.#prepared;
    if (prepared?.epoch !== epoch) return;
    this.#prepared = undefined;
    await this.#toEnd(this.#dropPrepared(prepared));
  }

  /** Commits the prepared edit. Only between two ticks. */
  apply(): void {
    const prepared = this.#prepared!;
    this.#prepared = undefined;
    new EditCommit(this.#lane, prepared, this.#leavers, this.#arrivals).run();
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
        arrivals.set(node, new Trial(cells.get(node)!, lentEnds(loan, lane), lane));
      }
      for (const { node, carry, state, loan } of nodes) {
        current = cells.get(node)!;
        action = "restore()";
        if (state !== undefined) giveState(lane, current, state);
        current.takeUp(carry);
        action = "process()";
        // What was lent does not change: only the time that a node asked for can come.
        const waitMs = current.mode === "push" ? 0 : loan?.waitMs ?? 0;
        await arrivals.get(node)?.run(lane.nowNs() + waitMs * 1e6, () => attempt.givenUp);
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

  /** Does what `#waiting()` does, and keeps the lane from ending before. */
  #toEnd(work: Promise<void>): Promise<void> {
    const ending = this.#waiting(work).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return ending;
  }

  /** Keeps the lane from blocking meanwhile. */
  async #waiting(work: Promise<void>): Promise<void> {
    this.#waits++;
    try {
      await work;
    } finally {
      this.#waits--;
      // A paused lane keeps no free slots: nor those that were given back during the pause.
      if (this.#lane.paused) { for (const pool of this.#lane.pools) pool.flushMagazine(); }
    }
  }
}
