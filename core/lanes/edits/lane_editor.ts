/**
 * Changes the nodes of a lane while it runs: prepares an edit beside the running nodes, and commits it between two
 * ticks once the control page's epoch allows it. A refused edit leaves nothing behind.
 *
 * @module
 */
import { CONTROL } from "../../../ffi/layout.gen.ts";
import { serializeError } from "../../errors.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { Lane } from "../lane/lane.ts";
import { countLost } from "../lane/link_ends.ts";
import type { LaneCommand, LaneReport } from "../messages.ts";
import { addEnds, cellsById, sealReach, wakeReach } from "./edit_reach.ts";
import { EditAttempt } from "./edit_attempt.ts";
import { EditApplier } from "./edit_applier.ts";
import { claimedRests } from "./loan.ts";
import { carriesOf, isStateless } from "./edit_rules.ts";
import type { LaneHandovers } from "./lane_handovers.ts";
import { abortAll, formatsOf, type PreparedEdit, prepareEdit, tearDownAll } from "./prepared_edit.ts";
import { Leavers } from "./leavers.ts";
import { beginToApply } from "./turn.ts";

type Command<K extends LaneCommand["kind"]> = Extract<LaneCommand, { kind: K }>;
type Prepare = Command<"prepare">;
type Step = (handovers: LaneHandovers) => Promise<LaneReport | undefined>;

const NONE: ReadonlySet<NodeCell> = new Set();

/** Prepares one edit at a time, and ends the nodes that edits remove. */
export class LaneEditor {
  readonly #lane: Lane;
  #prepared: PreparedEdit | undefined;
  /** The edit that was prepared last, or is being prepared. */
  #attempt: EditAttempt | undefined;
  /** The handovers of the last committed edit, if nodes wait for the ends of their links. */
  #handovers: LaneHandovers | undefined;
  /** Nodes that have left the lane and wait for their last calls. */
  readonly #leavers: Leavers;
  /** Nodes that are being ended, and refused edits that tear down their nodes. */
  readonly #ending = new Set<Promise<void>>();
  /** How many calls wait for promises or timers. */
  #waits = 0;
  /** True once the lane ends: it prepares no further edit. */
  #dropped = false;

  constructor(lane: Lane) {
    this.#lane = lane;
    this.#leavers = new Leavers(lane);
  }

  /**
   * True if the prepared edit is committed: call `apply()` between two ticks. A later epoch belongs to an edit without
   * this lane; the prepared edit was then given up.
   */
  get due(): boolean {
    return this.#prepared !== undefined &&
      Atomics.load(this.#lane.page.u32, CONTROL.epoch >> 2) === this.#prepared.epoch;
  }

  /** True if the editor waits for promises or timers, so that the lane may not block. */
  get busy(): boolean {
    return this.#waits > 0;
  }

  /** True if nodes that have left the lane wait for their end: call `retire()`. */
  get leaving(): boolean {
    return this.#leavers.size > 0;
  }

  /** Nodes from other lanes that are part of the lane and have no links yet. */
  get arriving(): ReadonlySet<NodeCell> {
    return this.#handovers?.arrivals ?? NONE;
  }

  /** Begins to end the nodes that have left the lane: calls their `flush()` and `teardown()`. */
  retire(): void {
    for (const end of this.#leavers.end()) void this.#toEnd(end);
  }

  /** Drops the edit that is prepared or being prepared, because the lane ends. */
  drop(): void {
    this.#dropped = true;
    this.#attempt?.giveUp();
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared !== undefined) this.#toEnd(dropPrepared(this.#lane, prepared)).catch(() => {});
  }

  /** Ends the nodes that have left the lane, and waits for them and for the nodes of dropped edits. */
  async retired(): Promise<void> {
    this.retire();
    await Promise.allSettled(this.#ending);
  }

  /** Prepares an edit, and answers. An edit that was given up before releases its nodes first. */
  async prepare(command: Prepare): Promise<void> {
    const before = this.#attempt;
    const attempt = this.#attempt = new EditAttempt(command.epoch, this.#lane);
    if (this.#dropped) attempt.giveUp();
    await this.#toEnd(this.#prepare(command, attempt, before));
  }

  async #prepare(command: Prepare, attempt: EditAttempt, before: EditAttempt | undefined): Promise<void> {
    const lane = this.#lane;
    const { epoch, handOver: standstill } = command;
    try {
      await prepareEdit(lane, command, attempt, before, (prepared) => {
        this.#prepared = prepared;
        const { cells } = prepared;
        const stateless = [...cells.values()].filter(isStateless).map(({ id }) => id);
        const answer = (): LaneReport => (
          {
            kind: "prepared",
            epoch,
            formats: formatsOf(lane, command, cells),
            stateless,
            carries: carriesOf(cells.values()),
          }
        );
        if (standstill === undefined) return lane.site.post(answer());
        void this.#handing(epoch, async (handovers) => {
          await handovers.offer(standstill, stateless, () => {});
          return answer();
        });
      });
    } catch (error) {
      this.#refuse(epoch, error);
    }
  }

  /** Quiesces nodes, has successors on this lane accept their offers, and reports the offers to other lanes. */
  handOver({ epoch, standstill, stateless }: Command<"handOver">): Promise<void> {
    return this.#handing(epoch, async (handovers) => {
      await handovers.offer(standstill, stateless, (nodes) => this.#lane.site.post({ kind: "offered", epoch, nodes }));
      return handovers.hasArrivals ? undefined : { kind: "tried", epoch };
    });
  }

  /** Has nodes from other lanes accept the offers of their predecessors. */
  accept({ epoch, nodes }: Command<"accept">): Promise<void> {
    return this.#handing(epoch, async (handovers) => {
      await handovers.accept(nodes);
      return { kind: "tried", epoch };
    });
  }

  /** Counts the frames that were lost with lanes that were to hand over the other ends of links. */
  countLost({ epoch, ends }: Command<"countLost">): void {
    const lane = this.#lane;
    countLost(lane, cellsById(lane), ends.map((end) => ({ end, kept: true })));
    lane.site.post({ kind: "counted", epoch });
  }

  /** Attaches the ends of links that other lanes have handed over, and runs the nodes that came with them. */
  attach(command: Command<"attach">): void {
    const { epoch, moves } = command;
    const lane = this.#lane;
    const all = cellsById(lane);
    const arrived = this.#handovers?.attach(all, moves, claimedRests(command)) ?? [];
    this.#handovers = undefined;
    const named = new Set<string>(arrived.map(({ id }) => id));
    addEnds(named, moves.map(({ after }) => after));
    wakeReach(lane, sealReach(named, all), all, arrived);
    // Publishes the counts of their trials: the nodes may have nothing to do for a while.
    for (const cell of arrived) cell.publish();
    lane.site.post({ kind: "attached", epoch });
  }

  /** Drops the prepared edit. */
  async abort({ epoch }: Command<"abort">): Promise<void> {
    if (this.#attempt?.epoch === epoch) this.#attempt.giveUp();
    const prepared = this.#prepared;
    if (prepared?.epoch !== epoch) return;
    this.#prepared = undefined;
    await this.#toEnd(dropPrepared(this.#lane, prepared));
  }

  /**
   * Commits the prepared edit. Call only between two ticks. If the session has left the lane out of the edit, the lane
   * changes nothing, and runs nothing until it is ended.
   */
  apply(): void {
    const prepared = this.#prepared!;
    if (!beginToApply(prepared.turn)) {
      prepared.handovers.forgoLoans();
      this.#lane.running = false;
      return;
    }
    this.#prepared = undefined;
    this.#handovers = prepared.handovers.hasArrivals ? prepared.handovers : undefined;
    new EditApplier(this.#lane, prepared, this.#leavers).run();
    prepared.attempt.finish();
  }

  /**
   * Runs a step of the handovers after the step before it.
   *
   * @param step returns the answer, unless another step follows
   */
  #handing(epoch: number, step: Step): Promise<void> {
    const prepared = this.#prepared;
    if (prepared?.epoch !== epoch) return Promise.resolve();
    const before = prepared.handing;
    const handing = prepared.handing = this.#step(prepared, before, step);
    return this.#waiting(handing.then(() => {}));
  }

  /** Runs one step. @returns whether it succeeded */
  async #step(
    { epoch, handovers }: PreparedEdit,
    before: Promise<boolean> | undefined,
    step: Step,
  ): Promise<boolean> {
    if (await before === false) return false;
    try {
      const answer = await step(handovers);
      if (answer !== undefined) this.#lane.site.post(answer);
      return true;
    } catch (error) {
      if (!this.#lane.endIfGivenUp()) this.#refuse(epoch, error);
      return false;
    }
  }

  #refuse(epoch: number, error: unknown): void {
    this.#lane.site.post({ kind: "refused", epoch, error: serializeError(error) });
  }

  /** Runs `#waiting()`, and keeps the lane from ending before it is over. */
  #toEnd(work: Promise<void>): Promise<void> {
    const ending = this.#waiting(work).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return ending;
  }

  /** Keeps the lane from blocking during the work. */
  async #waiting(work: Promise<void>): Promise<void> {
    this.#waits++;
    try {
      await work;
    } finally {
      this.#waits--;
      // A paused lane keeps no free slots, so it also returns slots that were freed during the pause.
      if (this.#lane.paused) { for (const pool of this.#lane.pools) pool.flushMagazine(); }
    }
  }
}

/** Rolls a prepared edit back. */
async function dropPrepared(lane: Lane, { attempt, cells, handovers, handing }: PreparedEdit): Promise<void> {
  attempt.giveUp();
  if (handing !== undefined) await handing;
  handovers.undo();
  abortAll(lane, cells);
  attempt.finish();
  await tearDownAll(lane, cells);
}
