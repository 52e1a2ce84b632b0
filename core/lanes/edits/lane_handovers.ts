/**
 * A lane's part in handing nodes over to their successors, on this lane or on others. A replacement in place is a
 * handover from a lane to itself.
 *
 * Before the commit, nodes *offer* the state that their successors continue from: they are quiesced, and asked for
 * their state. Successors on this lane *accept* it at once, and are tried; those on other lanes get it through the
 * control isolate. Until the commit everything can be undone.
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
import type { Handover, LaneCommand, LaneEdit, OfferedNode } from "../messages.ts";
import type { EditAttempt } from "./edit_attempt.ts";
import { endsHere, givesState, isRestart, isStateless, losesFrames, mayBeTried } from "./edit_rules.ts";
import { attachMovedLink, detachMovedLink, handOverLinks, serializeQueued } from "./link_ends_move.ts";
import type { Leavers } from "./leavers.ts";
import { quiesce } from "./standstill.ts";
import { Trial } from "./trial.ts";

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
  /** Departing nodes whose state no successor takes. */
  readonly #ending = new Set<NodeId>();

  /** @param cells the new nodes of the edit */
  constructor(
    lane: Lane,
    attempt: EditAttempt,
    { handovers, moves }: Pick<LaneEdit, "handovers" | "moves">,
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
    { standstill, stateless }: Pick<Extract<LaneCommand, { kind: "handOver" }>, "standstill" | "stateless">,
    offered: (nodes: readonly OfferedNode[]) => void,
  ): Promise<void> {
    const lane = this.#lane;
    const ids = new Set(standstill.nodes);
    this.held.push(...lane.cells.filter(({ id }) => ids.has(id)));
    await this.#attempt.waitFor(quiesce(this.held, standstill, () => this.#attempt.givenUp));
    const waitMs = Math.max(0, ...this.#pairs.map(({ handover }) => handover.trialMs ?? 0));
    const triedByNs = lane.nowNs() + waitMs * 1e6;
    for (const pair of this.#pairs) await this.#acceptHere(pair, triedByNs);
    for (const { handover: { node, state } } of this.#departures) {
      if (state === "anew" || stateless.includes(node)) this.#ending.add(node);
    }
    if (this.#departures.length > 0) offered(this.#offerAway());
  }

  /** Has successors of nodes on other lanes accept the offers. @throws errors of nodes, with the node */
  accept(nodes: readonly OfferedNode[]): void {
    this.#attempt.assertWanted();
    for (const { node, carry, state } of nodes) {
      const cell = this.#arrivals.get(node)!;
      this.#restore(cell, state);
      cell.resumeFrom(carry);
    }
    this.#attempt.assertWanted();
  }

  /** Rolls back to the state before the edit. No other call may be under way. */
  undo(): void {
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
    for (const { handover: { node, state }, old, cell } of this.#pairs) {
      const anew = state === "anew" || isStateless(cell);
      // A device drives the old node, which has counted on since this one was prepared.
      if (old.mode === "external") cell.countOn(old);
      const trial = this.#trials.get(node);
      trial?.detach();
      handOverLinks(this.#lane, old, cell);
      if (isRestart(state) || losesFrames(old, anew)) cell.markGaps();
      trial?.commit();
      if (trial === undefined) cell.resumeFrom(old.carry);
      leavers.add(old, endsHere(old, anew), cell.number !== old.number);
      this.#lane.succeeded(cell);
      all.set(node, cell);
    }
  }

  /**
   * Makes nodes whose successors are on other lanes leave.
   *
   * @param failed receives the reason if a frame cannot be sent to another lane
   * @returns the rest of the links that the lane has detached
   */
  leave(all: Map<string, NodeCell>, leavers: Leavers, failed: (error: unknown) => void): LinkRest[] {
    // A device may have driven a node since it was offered.
    if (this.#departures.length > 0) this.#lane.tellAllNews();
    for (const { old } of this.#departures) {
      old.publish();
      if (losesFrames(old, this.#ending.has(old.id))) old.markGaps();
      // Later writes of its device go nowhere, and are not counted.
      if (old.mode === "external") old.forgoRecord();
    }
    const rests = this.#moves.flatMap((move) => detachMovedLink(this.#lane, all, move, failed) ?? []);
    for (const { old } of this.#departures) {
      leavers.add(old, endsHere(old, this.#ending.has(old.id)));
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
    for (const move of moves) {
      const rest = rests.find(({ link }) => link === move.after.index) ?? emptyRest(move.after.index);
      attachMovedLink(this.#lane, all, move, rest);
    }
    for (const cell of cells) cell.held = false;
    return cells;
  }

  /** Takes the states of nodes that go to other lanes. */
  #offerAway(): OfferedNode[] {
    const lane = this.#lane;
    // Sent later, this news would replace the reports of their successors.
    lane.tellAllNews();
    const nodes = this.#departures.map(({ handover: { state }, old }): OfferedNode => (
      { node: old.id, state: this.#stateOf(old, state), carry: old.carry }
    ));
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

  /** Has the successor of a node on this lane accept the node's offer. */
  async #acceptHere({ handover: { node, state, trialMs }, old, cell }: Pair, triedByNs: number): Promise<void> {
    const lane = this.#lane;
    cell.countOn(old);
    if (old.ended || (old.failed && state !== "kept")) return;
    this.#attempt.assertWanted();
    this.#restore(cell, givesState(old, state) ? naming(old, "snapshot()", () => stateOf(lane, old)) : undefined);
    if (trialMs === undefined || lane.paused || !mayBeTried(old)) return;
    cell.resumeFrom(old.carry);
    const trial = new Trial(cell, old, lane);
    this.#trials.set(node, trial);
    try {
      await trial.run(triedByNs, () => this.#attempt.givenUp);
    } catch (error) {
      throw explain(error, cell, "process()");
    }
    this.#attempt.assertWanted();
  }

  #restore(cell: NodeCell, state: unknown): void {
    if (state !== undefined) naming(cell, "restore()", () => giveState(this.#lane, cell, state));
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
