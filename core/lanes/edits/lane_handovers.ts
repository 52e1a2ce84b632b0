/**
 * A lane's part in handing nodes over to their successors, on this lane or on others. A replacement in place is a
 * handover from a lane to itself.
 *
 * Before the commit, nodes *offer* the state that their successors continue from: they are quiesced, and asked for
 * their state. Successors on this lane *accept* it at once; those on other lanes get it through the control isolate,
 * with the frames for their trial. Until the commit everything can be undone.
 *
 * At the commit, nodes hand their links over to successors on this lane, and nodes with successors on other lanes
 * *leave*: the lane reports the rest of their links. Once every lane has committed, successors from other lanes
 * *attach*: they get these links and the rest in them.
 *
 * @module
 */
import type { NodeId } from "../../ids.ts";
import { SluiceError } from "../../errors.ts";
import { emptyRest, type LinkMove, type LinkRest } from "../../links/link_move.ts";
import { explain } from "../cells/call_outcome.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { giveState, sendable, stateOf } from "../lane/carried_state.ts";
import type { Lane } from "../lane/lane.ts";
import type { Handover, LaneEdit, OfferedNode, Standstill } from "../messages.ts";
import type { EditAttempt } from "./edit_attempt.ts";
import { endsHere, givesState, isRestart, isStateless, losesFrames, mayBeTried } from "./edit_rules.ts";
import { attachMovedLink, detachMovedLink, handOverLinks, serializeQueued } from "./link_ends_move.ts";
import { claim, Lender, lentEnds } from "./loan.ts";
import type { Leavers } from "./leavers.ts";
import { quiesce } from "./standstill.ts";
import { endsOf, Trial } from "./trial.ts";

/** Time between two checks for frames for a node, milliseconds. */
const LOOK_EVERY_MS = 1;

/** A node that stays on the lane, and its successor. */
interface Pair {
  readonly handover: Handover;
  readonly old: NodeCell;
  readonly cell: NodeCell;
}

/** A node whose successor is on another lane. */
interface Departure {
  readonly handover: Handover;
  readonly old: NodeCell;
}

/** The handovers of one edit whose nodes are on this lane. */
export class LaneHandovers {
  /** Quiesced nodes: nodes that hand over, and others that the edit changes. */
  readonly held: NodeCell[] = [];
  readonly #lane: Lane;
  readonly #attempt: EditAttempt;
  readonly #moves: readonly LinkMove[];
  readonly #pairs: readonly Pair[];
  readonly #departures: readonly Departure[];
  /** Successors of nodes on other lanes. */
  readonly #arrivals: ReadonlyMap<NodeId, NodeCell>;
  readonly #trials = new Map<NodeId, Trial>();
  readonly #lender = new Lender();
  /** Departing nodes whose state no successor takes. */
  readonly #ending = new Set<NodeId>();

  /** @param cells the new nodes of the edit */
  constructor(
    lane: Lane,
    attempt: EditAttempt,
    { handovers, moves }: LaneEdit,
    cells: ReadonlyMap<NodeId, NodeCell>,
  ) {
    this.#lane = lane;
    this.#attempt = attempt;
    this.#moves = moves;
    const before = new Map(lane.cells.map((cell) => [cell.id, cell]));
    const whole = handovers.map((handover) => (
      { handover, old: before.get(handover.node)!, cell: cells.get(handover.node)! }
    ));
    this.#pairs = whole.filter(({ handover: { from, to } }) => from === to);
    this.#departures = whole.filter(({ handover: { from, to } }) => from !== to && from === lane.index);
    const arrivals = whole.filter(({ handover: { from, to } }) => from !== to && to === lane.index);
    this.#arrivals = new Map(arrivals.map(({ cell }) => [cell.id, cell]));
  }

  /** True if nodes come from other lanes: `accept()` and `attach()` are then called. */
  get hasArrivals(): boolean {
    return this.#arrivals.size > 0;
  }

  /** The new nodes from other lanes. */
  get arrivals(): ReadonlySet<NodeCell> {
    return new Set(this.#arrivals.values());
  }

  /** True if a new node comes from another lane. */
  arrives({ id }: NodeCell): boolean {
    return this.#arrivals.has(id);
  }

  /** Returns the first tick of a new node, unless it is over. */
  underWay({ id }: NodeCell): Promise<void> | undefined {
    return this.#trials.get(id)?.underWay;
  }

  /**
   * Quiesces the nodes, and has successors on this lane accept their offers.
   *
   * @param offered receives the offers to other lanes, if there are any
   * @throws {SluiceError} `Busy` for a node that has ended and is to go to another lane, `Timeout` if the edit was
   * given up; errors of nodes, with the node
   */
  async offer(
    standstill: Standstill,
    stateless: readonly NodeId[],
    offered: (nodes: readonly OfferedNode[]) => void,
  ): Promise<void> {
    const lane = this.#lane;
    const ids = new Set(standstill.nodes);
    this.held.push(...lane.cells.filter(({ id }) => ids.has(id)));
    await this.#attempt.waitFor(quiesce(this.held, standstill, () => this.#attempt.givenUp));
    const whole = [...this.#pairs, ...this.#departures];
    const waitMs = Math.max(0, ...whole.map(({ handover }) => handover.trialMs ?? 0));
    const triedByNs = lane.nowNs() + waitMs * 1e6;
    for (const pair of this.#pairs) await this.#acceptHere(pair, triedByNs);
    for (const { handover: { node, state } } of this.#departures) {
      if (state === "anew" || stateless.includes(node)) this.#ending.add(node);
    }
    if (this.#departures.length > 0) offered(await this.#offerAway(triedByNs));
  }

  /** Has successors of nodes on other lanes accept the offers. @throws errors of nodes, with the node */
  async accept(nodes: readonly OfferedNode[]): Promise<void> {
    const lane = this.#lane;
    for (const { node, loan } of nodes) {
      if (loan === undefined) continue;
      if (!claim(loan)) this.#attempt.giveUp();
      this.#attempt.assertWanted();
      this.#trials.set(node, new Trial(this.#arrivals.get(node)!, lentEnds(loan, lane), lane));
    }
    const sinceNs = lane.nowNs();
    for (const { node, carry, state, loan } of nodes) {
      const cell = this.#arrivals.get(node)!;
      this.#restore(cell, state);
      cell.resumeFrom(carry);
      // A loan does not change: only the time that a node asked for can come.
      const waitMs = cell.mode === "push" ? 0 : loan?.waitMs ?? 0;
      await this.#try(cell, sinceNs + waitMs * 1e6);
    }
  }

  /**
   * Ends the loans: the lent frames are back in their links. @returns how many frames were lent, by the index of the
   * link
   */
  endLoans(): ReadonlyMap<number, number> {
    return this.#lender.end(this.#lane.pools);
  }

  /**
   * Gives the loans up, since the edit takes place without this lane: the lent frames leave their links, and others
   * count them.
   */
  forgoLoans(): void {
    this.#lender.forgo(this.#lane.pools);
  }

  /** Rolls back to the state before the edit. No other call may be under way. */
  undo(): void {
    this.endLoans();
    for (const trial of this.#trials.values()) trial.undo();
    for (const cell of this.held) {
      cell.held = false;
      cell.wake();
    }
  }

  /**
   * Makes nodes that stay on the lane hand their links over.
   *
   * @param all the nodes of the lane, in which their successors take their places
   */
  handOverHere(all: Map<string, NodeCell>, leavers: Leavers): void {
    for (const { handover: { node, state, leavesState }, old, cell } of this.#pairs) {
      const anew = state === "anew" || isStateless(cell);
      // A device drives the old node, which has counted on since this one was prepared.
      if (old.mode === "external") cell.countOn(old);
      const trial = this.#trials.get(node);
      trial?.detach();
      handOverLinks(this.#lane, old, cell);
      if (isRestart(state) || losesFrames(old, anew)) cell.markGaps();
      trial?.commit();
      if (trial === undefined) cell.resumeFrom(old.carry);
      leavers.add(old, endsHere(old, anew), cell.number !== old.number, leavesState);
      this.#lane.succeeded(cell);
      all.set(node, cell);
    }
  }

  /**
   * Makes nodes whose successors are on other lanes leave.
   *
   * @param lent how many frames were lent, by the index of the link
   * @param failed receives the reason if a frame cannot be sent to another lane
   * @returns the rest of the links that the lane has detached
   */
  leave(
    all: Map<string, NodeCell>,
    leavers: Leavers,
    lent: ReadonlyMap<number, number>,
    failed: (error: unknown) => void,
  ): LinkRest[] {
    // A device may have driven a node since it was offered.
    if (this.#departures.length > 0) this.#lane.tellAllNews();
    for (const { old } of this.#departures) {
      old.publish();
      if (losesFrames(old, this.#ending.has(old.id))) old.markGaps();
      // Later writes of its device go nowhere, and are not counted.
      if (old.mode === "external") old.forgoRecord();
    }
    const rests = this.#moves.flatMap((move) => (
      detachMovedLink(this.#lane, all, move, lent.get(move.after.index) ?? 0, failed) ?? []
    ));
    for (const { old, handover: { leavesState } } of this.#departures) {
      leavers.add(old, endsHere(old, this.#ending.has(old.id)), true, leavesState);
      all.delete(old.id);
    }
    return rests;
  }

  /**
   * Attaches the links of successors of nodes on other lanes.
   *
   * @param moves links whose ends this lane gets
   * @param rests of the links, as other lanes detached them
   * @returns the successors, which may run after this call
   */
  attach(all: ReadonlyMap<string, NodeCell>, moves: readonly LinkMove[], rests: readonly LinkRest[]): NodeCell[] {
    const cells = [...this.#arrivals.values()];
    for (const { id } of cells) this.#trials.get(id)?.detach();
    for (const move of moves) {
      const rest = rests.find(({ link }) => link === move.after.index) ?? emptyRest(move.after.index);
      attachMovedLink(this.#lane, all, move, rest);
    }
    for (const { id } of cells) this.#trials.get(id)?.commit();
    for (const cell of cells) cell.held = false;
    return cells;
  }

  /** Takes the states of nodes that go to other lanes, and lends the frames for the trials of their successors. */
  async #offerAway(triedByNs: number): Promise<OfferedNode[]> {
    const lane = this.#lane;
    // Sent later, this news would replace the reports of their successors.
    lane.tellAllNews();
    const offers = this.#departures.map(({ handover: { state, trialMs }, old }) => (
      { old, state: this.#stateOf(old, state), waitMs: lane.paused || !mayBeTried(old) ? undefined : trialMs }
    ));
    const lent = offers.filter(({ waitMs }) => waitMs !== undefined);
    await Promise.all(lent.map(({ old }) => this.#awaitFrames(old, triedByNs)));
    this.#attempt.assertWanted();
    // All in one turn: lent frames are lost if this lane ends before it has answered.
    const nodes = offers.map(({ old, state, waitMs }): OfferedNode => {
      const loan = waitMs === undefined
        ? undefined
        : naming(old, "being given another lane", () => this.#lender.lend(old, waitMs));
      return { node: old.id, carry: old.carry, state, ...(loan && { loan }) };
    });
    for (const { before, reader } of this.#moves) {
      if (before.ring === undefined && reader.from === lane.index) serializeQueued(lane, before);
    }
    return nodes;
  }

  #stateOf(cell: NodeCell, state: Handover["state"]): unknown {
    cell.publish();
    if (cell.ended) {
      const message = `Cannot move node "${cell.id}" to another lane: it has ended`;
      throw new SluiceError("Busy", message, { nodeId: cell.id });
    }
    if (!givesState(cell, state)) return undefined;
    return naming(cell, "snapshot()", () => sendable(cell, stateOf(this.#lane, cell), "to another lane"));
  }

  /** Waits until a held node has something to do. @param untilNs the end of the wait, on the lane's clock */
  async #awaitFrames(cell: NodeCell, untilNs: number): Promise<void> {
    const lane = this.#lane;
    const isIdle = () => (cell.mode === "push" && !cell.triggered()) || !cell.admit();
    while (isIdle() && !this.#attempt.givenUp && lane.nowNs() < untilNs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** Has the successor of a node on this lane accept the node's offer. */
  async #acceptHere({ handover: { node, state, trialMs }, old, cell }: Pair, triedByNs: number): Promise<void> {
    const lane = this.#lane;
    cell.countOn(old);
    if (old.ended || (old.failed && state !== "kept")) return;
    this.#attempt.assertWanted();
    this.#restore(cell, givesState(old, state) ? naming(old, "snapshot()", () => stateOf(lane, old)) : undefined);
    if (trialMs === undefined || lane.paused || !mayBeTried(old)) return;
    cell.resumeFrom(old.carry);
    this.#trials.set(node, new Trial(cell, endsOf(old), lane));
    await this.#try(cell, triedByNs);
  }

  #restore(cell: NodeCell, state: unknown): void {
    if (state !== undefined) naming(cell, "restore()", () => giveState(this.#lane, cell, state));
  }

  async #try(cell: NodeCell, untilNs: number): Promise<void> {
    try {
      await this.#trials.get(cell.id)?.run(untilNs, () => this.#attempt.givenUp);
    } catch (error) {
      throw explain(error, cell, "process()");
    }
    this.#attempt.assertWanted();
  }
}

/** @throws the error of `call`, with the node */
function naming<T>(cell: NodeCell, method: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw explain(error, cell, method);
  }
}
