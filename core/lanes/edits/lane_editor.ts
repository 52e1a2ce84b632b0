/**
 * Changes what a lane runs, while it runs: makes ready beside what is there, and swaps between two ticks once the
 * control page's epoch says so. What is refused leaves nothing behind.
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
import { ArrivingTrial, claim } from "./loan.ts";
import { formatsOf, letGo, makeReady, type PreparedEdit, tearDownAll } from "./prepared_edit.ts";
import { Leavers } from "./retire.ts";
import { yieldNodes } from "./yielding.ts";

type Command<K extends LaneCommand["kind"]> = Extract<LaneCommand, { kind: K }>;
type Prepare = Command<"prepare">;

/** See the module. */
export class LaneEditor {
  readonly #lane: Lane;
  #prepared: PreparedEdit | undefined;
  /** The edit that was made ready last, or is now. */
  #attempt: EditAttempt | undefined;
  /** Nodes that are part of the lane and wait for the ends of their links. */
  readonly #arrivals: Arrival[] = [];
  /** Nodes that are no longer part of the lane and wait for their last calls. */
  readonly #leavers: Leavers;
  /** Ends of nodes that have begun, and edits that tear theirs down if they are refused. */
  readonly #ending = new Set<Promise<void>>();
  /** Calls that wait for promises or timers. */
  #waits = 0;
  /** The lane ends: nothing more is made ready. */
  #dropped = false;

  constructor(lane: Lane) {
    this.#lane = lane;
    this.#leavers = new Leavers(lane);
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
    return this.#leavers.size > 0;
  }

  /**
   * Begins to bring to their end the nodes that are no longer part of the lane: it calls their `flush()` and
   * `teardown()`.
   */
  retire(): void {
    for (const end of this.#leavers.end()) void this.#toEnd(end);
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
    countLost(lane, cellsById(lane), ends.map((end) => ({ end, kept: true })));
    lane.site.post({ kind: "settled", epoch });
  }

  /** Takes up the ends of links that came with nodes from other lanes, and runs those nodes from now on. */
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

  /** Commits what was made ready. Only between two ticks. */
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
