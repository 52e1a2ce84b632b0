/**
 * Changes what a lane runs, while it runs: makes ready beside what is there, and swaps between two ticks once the
 * control page's epoch says so. What is refused leaves nothing behind.
 *
 * @module
 */
import { CONTROL, PHASE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { type SerializedError, serializeError, SluiceError } from "../errors.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import { giveState, sendable, takeState } from "./carried_state.ts";
import { EditAttempt } from "./edit_attempt.ts";
import { moveLinks, serializeQueued, settleLost } from "./edit_links.ts";
import { addEnds, namedBy, reachOf } from "./edit_reach.ts";
import { endsHere, mayBeLent, mayBeTried } from "./edit_rules.ts";
import { explain } from "./explain.ts";
import { layDown, setUp, tearDown } from "./faults.ts";
import type { GraphMode } from "../links/policy.ts";
import { emptyRest, type LinkRest } from "../links/link_move.ts";
import { attachLink, buildCell, changePorts, detachLink } from "./lane_builder.ts";
import { letGoOfLink, type MoverSite, takeUpLink } from "./link_mover.ts";
import type {
  AnnouncedFormat,
  LaneCommand,
  LaneEdit,
  LaneInit,
  LaneReport,
  NodePlan,
  YieldedNode,
} from "./messages.ts";
import { calling } from "./node_call.ts";
import type { NodeCell } from "./node_cell.ts";
import { reconfigure } from "./reconfigure.ts";
import { retire, settled } from "./retire.ts";
import { ArrivingTrial, claim, Lender } from "./loan.ts";
import { Trial } from "./trial.ts";
import { vacantInstance } from "./vacancy.ts";

type Command<K extends LaneCommand["kind"]> = Extract<LaneCommand, { kind: K }>;
type Prepare = Command<"prepare">;

/** Time between two looks at whether frames have come for a node, milliseconds. */
const LOOK_EVERY_MS = 1;

/** What editing asks of the lane. */
export interface EditedLane extends MoverSite {
  readonly page: ControlPage;
  readonly init: LaneInit;
  /** In the order of the graph: a cell's place is its rank. */
  cells: NodeCell[];
  post(report: LaneReport): void;
  findType(node: NodePlan): Promise<AnyNodeType>;
  openPools(pools: Prepare["pools"]): void;
  /** Whether no node is run. */
  readonly paused: boolean;
  readonly mode: GraphMode;
  nowNs(): number;
  /** Ends the thread if another one runs the lane by now. @returns whether it does */
  endIfGivenUp(): boolean;
  /** The cells are others, or in another order. Those that are queued stay so. */
  ranksChanged(): void;
  /** Nodes have come: they are told what all nodes were told before. */
  inserted(cells: readonly NodeCell[]): void;
  /** A node has come whose first tick is under way. @param tick settles when it is over */
  goOn(cell: NodeCell, tick: Promise<void>): void;
  /** Runs what is queued, and looks for edits. */
  wakeUp(): void;
  /** Makes what nodes wrote visible to other lanes. */
  flushWriters(): void;
  /** Brings the figures on the control page up to date. */
  publish(): void;
}

/** An edit that waits for its epoch. */
interface PreparedEdit {
  readonly epoch: number;
  readonly edit: LaneEdit;
  readonly cells: Map<NodeId, NodeCell>;
  readonly held: NodeCell[];
  /** First ticks of nodes that take the place of others. */
  readonly trials: ReadonlyMap<NodeId, Trial>;
  /** What was lent of nodes that leave, and first ticks of those that come. */
  readonly lender: Lender;
  readonly arrivals: Map<NodeId, ArrivingTrial>;
  /** Settles when none of these is under way. */
  arriving?: Promise<void>;
}

/** See the module. */
export class LaneEditor {
  readonly #lane: EditedLane;
  #prepared: PreparedEdit | undefined;
  /** The edit that was made ready last, or is now. */
  #attempt: EditAttempt | undefined;
  /** Nodes that are part of the lane and wait for the ends of their links. */
  readonly #arriving: NodeCell[] = [];
  /** The first ticks that they have had. */
  readonly #tried: ArrivingTrial[] = [];
  /** Nodes that are being brought to their end. */
  readonly #retiring = new Set<Promise<void>>();
  /** Calls that wait for promises or timers. */
  #waits = 0;

  constructor(lane: EditedLane) {
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

  /** Waits for nodes that are no longer part of the lane to be torn down. */
  async retired(): Promise<void> {
    await Promise.all(this.#retiring);
  }

  /** Makes an edit ready, and answers: one at a time, so that one that was given up has let go of nodes before the next. */
  async prepare(command: Prepare): Promise<void> {
    const before = this.#attempt;
    const attempt = this.#attempt = new EditAttempt(command.epoch, this.#lane);
    await this.#waiting(this.#prepare(command, attempt, before).finally(() => attempt.letGo()));
  }

  async #prepare(command: Prepare, attempt: EditAttempt, before: EditAttempt | undefined): Promise<void> {
    const { epoch, edit, hold } = command;
    const lane = this.#lane;
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
        const restart = edit.insert.find(({ node }) => node === plan.id)?.restart;
        const failed = restart && lane.cells.find((cell) => cell.id === plan.id);
        const state = failed && await attempt.waitFor(layDown(lane, failed, restart === "carries"));
        const type = await attempt.waitFor(lane.findType(plan));
        if (plan.vacant) {
          const place = buildCell(lane, plan, type.descriptor, vacantInstance());
          place.failed = true;
          cells.set(plan.id, place);
          continue;
        }
        const make = await attempt.waitFor(type.load());
        attempt.assertWanted();
        const cell = buildCell(lane, plan, type.descriptor, make());
        // The lane does not run it yet, whoever wakes it.
        cell.retired = true;
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
      held.push(...lane.cells.filter((cell) => hold.includes(cell.id)));
      for (const cell of held) cell.held = true;
      await attempt.waitFor(settled(held, () => attempt.givenUp));
      const triedByNs = lane.nowNs() + command.trialMs * 1e6;
      for (const { node, replaces, anew } of edit.insert) {
        const old = replaces ? lane.cells.find((cell) => cell.id === node) : undefined;
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
      const own = { lender: new Lender(), arrivals: new Map() };
      this.#prepared = { epoch, edit, cells, held, trials, ...own };
      lane.post({ kind: "prepared", epoch, formats: this.#formats(command, cells) });
    } catch (error) {
      // Another thread has the links by now.
      if (lane.endIfGivenUp()) return;
      const dropped = this.#drop(cells, held, trials);
      attempt.letGo();
      await dropped;
      this.#refuse(epoch, current === undefined ? error : explain(error, current, action));
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
    lane.post({ kind: "settled", epoch });
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
    lane.inserted(arrived);
    for (const cell of reach) cell.notify();
    lane.post({ kind: "attached", epoch });
  }

  /** Drops what was made ready. */
  async abort({ epoch }: Command<"abort">): Promise<void> {
    if (this.#attempt?.epoch === epoch) this.#attempt.giveUp();
    const prepared = this.#prepared;
    if (prepared?.epoch !== epoch) return;
    this.#prepared = undefined;
    await this.#waiting(this.#dropPrepared(prepared));
  }

  /** Does what was made ready. Only between two ticks. */
  apply(): void {
    const lane = this.#lane;
    const { epoch, edit, cells, held, trials, lender, arrivals } = this.#prepared!;
    this.#prepared = undefined;
    const lent = lender.end(lane.pools);
    const failures: SerializedError[] = [];
    const refused: NodeId[] = [];
    const rests: LinkRest[] = [];
    const all = new Map(lane.cells.map((cell) => [cell.id, cell]));
    for (const end of edit.detach) detachLink(lane, all, end);
    if (edit.settle.length > 0) settleLost(lane, all, edit.settle);
    for (const id of edit.remove) {
      this.#retire(all.get(id)!, true, true);
      all.delete(id);
    }
    for (const { node, replaces, anew, restart } of edit.insert) {
      const old = replaces ? all.get(node) : undefined;
      if (old === undefined) continue;
      const cell = cells.get(node)!;
      const trial = trials.get(node);
      trial?.leave();
      moveLinks(lane, old, cell);
      trial?.commit();
      if (restart !== undefined) { for (const output of cell.outputs) for (const link of output.links) link.markGap(); }
      if (trial === undefined) cell.takeUp(old.carry);
      this.#retire(old, endsHere(old, anew), false);
      all.set(node, cell);
    }
    for (const id of edit.depart) all.get(id)!.publish();
    for (const move of edit.moves) {
      const rest = letGoOfLink(lane, all, move, lent.get(move.after.index) ?? 0, (error) => {
        failures.push(serializeError(error));
      });
      if (rest !== undefined) rests.push(rest);
    }
    for (const id of edit.depart) {
      this.#retire(all.get(id)!, endsHere(all.get(id)!), true);
      all.delete(id);
    }
    for (const { node, arrives } of edit.insert) {
      const cell = cells.get(node)!;
      cell.enter();
      cell.idlesUnfed = true;
      all.set(node, cell);
      const underWay = (trials.get(node) ?? arrivals.get(node))?.underWay;
      if (underWay !== undefined) lane.goOn(cell, underWay);
      if (!arrives) continue;
      cell.held = true;
      this.#arriving.push(cell);
      const trial = arrivals.get(node);
      if (trial !== undefined) this.#tried.push(trial);
    }
    for (const { node, elements } of edit.ports) changePorts(lane, all.get(node)!, elements);
    for (const end of edit.attach) attachLink(lane, all, end);
    for (const { node, on } of edit.bypass) all.get(node)!.bypass(on);
    for (const { node, ...change } of edit.configure) {
      try {
        reconfigure(all.get(node)!, change);
      } catch (error) {
        refused.push(node);
        failures.push(serializeError(explain(error, all.get(node)!, "configChanged()")));
      }
    }
    for (const { node } of edit.ports) {
      const { instance, context } = all.get(node)!;
      try {
        instance.processor.portsChanged?.(context);
      } catch (error) {
        failures.push(serializeError(explain(error, all.get(node)!, "portsChanged()")));
      }
    }
    const order = edit.order ?? [...all.keys()];
    lane.cells = order.map((id) => all.get(id)!);
    for (const cell of held) cell.held = false;
    const named = namedBy(edit);
    for (const { id } of held) named.add(id);
    const reach = reachOf(named, all);
    for (const cell of reach) cell.seal();
    lane.ranksChanged();
    lane.inserted([...cells.values()].filter((cell) => !this.#arriving.includes(cell)));
    for (const cell of reach) cell.notify();
    lane.post({ kind: "applied", epoch, failures, refused, rests });
  }

  #formats(command: Prepare, cells: ReadonlyMap<NodeId, NodeCell>): AnnouncedFormat[] {
    const formats: AnnouncedFormat[] = [];
    const note = (node: NodeId, port: string, format: FrameFormat | undefined) => {
      if (format !== undefined) formats.push({ node, port, format });
    };
    for (const cell of cells.values()) {
      for (const output of cell.outputs) note(cell.id, output.name, output.format);
    }
    for (const { node, port } of command.inspect) {
      const cell = this.#lane.cells.find((each) => each.id === node);
      if (cell === undefined || cells.has(node)) continue;
      note(node, port, [...cell.outputs, ...cell.inputs].find((each) => each.name === port)?.format);
    }
    return formats;
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
        arrivals.set(node, new ArrivingTrial(cells.get(node)!, loan, lane.pools, lane));
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
      lane.post({ kind: "arrived", epoch });
    } catch (error) {
      if (lane.endIfGivenUp()) return;
      this.#refuse(epoch, current === undefined ? error : explain(error, current, action));
    }
  }

  async #yield({ epoch, nodes, anew, tries, links }: Command<"yield">): Promise<void> {
    const lane = this.#lane;
    const prepared = this.#prepared;
    const attempt = this.#attempt;
    if (prepared?.epoch !== epoch || attempt === undefined) return;
    const leaving = lane.cells.filter((cell) => nodes.includes(cell.id));
    let current: NodeCell | undefined;
    try {
      for (const cell of leaving) cell.held = true;
      prepared.held.push(...leaving);
      await settled(leaving, () => attempt.givenUp);
      attempt.assertWanted();
      const yielded: YieldedNode[] = [];
      for (const cell of leaving) {
        current = cell;
        cell.publish();
        if (cell.ended) {
          const message = `Cannot move node "${cell.id}" to another lane: it has ended`;
          throw new SluiceError("Busy", message, { nodeId: cell.id });
        }
        // What a failed node still knows may be what made it fail.
        const state = cell.failed || anew.includes(cell.id) ? undefined : sendable(cell, takeState(lane, cell));
        const waitMs = mayBeLent(cell) && !lane.paused ? tries.find(({ node }) => node === cell.id)?.waitMs : undefined;
        if (waitMs === undefined) yielded.push({ node: cell.id, carry: cell.carry, state });
        else {
          await this.#awaitFrames(cell, waitMs, attempt);
          attempt.assertWanted();
          yielded.push({ node: cell.id, carry: cell.carry, state, loan: prepared.lender.lend(cell, waitMs) });
        }
      }
      attempt.assertWanted();
      for (const link of links) serializeQueued(lane, link);
      lane.post({ kind: "yielded", epoch, nodes: yielded });
    } catch (error) {
      this.#refuse(epoch, current === undefined ? error : explain(error, current, "snapshot()"));
    }
  }

  /** Waits until a node that is held has something to do, if that comes in time. */
  async #awaitFrames(cell: NodeCell, waitMs: number, attempt: EditAttempt): Promise<void> {
    const untilNs = this.#lane.nowNs() + waitMs * 1e6;
    const isIdle = () => (cell.mode === "push" && !cell.triggered()) || !cell.admit();
    while (isIdle() && !attempt.givenUp && this.#lane.nowNs() < untilNs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  #refuse(epoch: number, error: unknown): void {
    this.#lane.post({ kind: "refused", epoch, error: serializeError(error) });
  }

  async #dropPrepared(
    { cells, held, trials, lender, arrivals, arriving }: PreparedEdit,
  ): Promise<void> {
    lender.end(this.#lane.pools);
    await arriving;
    for (const trial of arrivals.values()) trial.undo();
    await this.#drop(cells, held, trials);
  }

  async #drop(
    cells: ReadonlyMap<NodeId, NodeCell>,
    held: readonly NodeCell[],
    trials: ReadonlyMap<NodeId, Trial>,
  ): Promise<void> {
    for (const trial of trials.values()) trial.undo();
    for (const cell of held) {
      cell.held = false;
      cell.wake();
    }
    for (const cell of cells.values()) {
      cell.retired = true;
      cell.abort("the edit was given up");
    }
    this.#lane.wakeUp();
    for (const cell of cells.values()) await tearDown(cell, this.#lane);
  }

  /** Brings a node that has lost its links to its end. @param told whether control waits for that */
  #retire(cell: NodeCell, flushes: boolean, told: boolean): void {
    const retiring = this.#waiting(retire(this.#lane, cell, flushes)).then(() => {
      this.#retiring.delete(retiring);
      if (told) this.#lane.post({ kind: "removed", node: cell.id });
    });
    this.#retiring.add(retiring);
  }

  /** The lane may not block meanwhile. */
  async #waiting(work: Promise<void>): Promise<void> {
    this.#waits++;
    try {
      await work;
    } finally {
      this.#waits--;
    }
  }
}
