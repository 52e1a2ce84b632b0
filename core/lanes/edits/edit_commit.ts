/**
 * The commit of a prepared edit on one lane, between two ticks. The order of its steps matters:
 *
 * 1. Nodes give their links away: removed nodes lose theirs, replaced nodes hand them over to their successors, and for
 *    departing nodes the lane notes what is left in the links, for the lanes that the nodes go to.
 * 2. New nodes enter, which needs the links of the nodes before them; then links, ports, bypasses and values change, for
 *    old nodes and new ones.
 * 3. The nodes concerned note what they look at, and are put in order and woken: every link is in its place by then.
 * 4. The lane reports. Nodes that have gone are called only after that, by `LaneEditor.retire()`: they may keep the
 *    thread, and other lanes wait for the report.
 *
 * @module
 */
import { type SerializedError, serializeError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import type { LinkRest } from "../../links/link_move.ts";
import { changePorts } from "../cells/cell_builder.ts";
import { awaitTick } from "../cells/cell_runner.ts";
import { explain } from "../cells/explain.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { Lane } from "../lane/lane.ts";
import { attachLink, detachLink } from "../lane/link_ends.ts";
import { calling } from "../lane/node_call.ts";
import { reconfigure } from "../lane/reconfigure.ts";
import type { LaneEdit } from "../messages.ts";
import { cellsById, sealReach, wakeReach } from "./cells_concerned.ts";
import { countLost, moveLinks, noteLoops } from "./edit_links.ts";
import { namedBy } from "./edit_reach.ts";
import { endsHere, holdsFrames, isStateless, losesFrames } from "./edit_rules.ts";
import { letGoOfLink } from "./link_mover.ts";
import type { PreparedEdit } from "./prepared_edit.ts";
import type { Leavers } from "./retire.ts";
import type { Trial } from "./trial.ts";

/** A node that has entered the lane and waits for the ends of its links. */
export interface Arrival {
  readonly cell: NodeCell;
  /** Its first tick, if it has had one. */
  readonly trial: Trial | undefined;
}

/** Used once, for one edit. */
export class EditCommit {
  readonly #lane: Lane;
  readonly #prepared: PreparedEdit;
  readonly #edit: LaneEdit;
  readonly #leavers: Leavers;
  readonly #arrivals: Arrival[];
  /** The nodes of the lane by id: changed step by step, and the lane's own at the end. */
  readonly #all: Map<string, NodeCell>;
  readonly #failures: SerializedError[] = [];
  /** Nodes that keep their old configuration. */
  readonly #refused: NodeId[] = [];
  readonly #rests: LinkRest[] = [];

  /**
   * @param leavers gets the nodes that leave the lane
   * @param arrivals gets those that wait for the ends of their links
   */
  constructor(lane: Lane, prepared: PreparedEdit, leavers: Leavers, arrivals: Arrival[]) {
    this.#lane = lane;
    this.#prepared = prepared;
    this.#edit = prepared.edit;
    this.#leavers = leavers;
    this.#arrivals = arrivals;
    this.#all = cellsById(lane);
  }

  run(): void {
    const lent = this.#prepared.lender.end(this.#lane.pools);
    this.#detach();
    this.#removeNodes();
    this.#handOverInPlace();
    this.#beginDepartures();
    this.#letGoOfLinks(lent);
    this.#endDepartures();
    this.#enter();
    this.#changeLinks();
    this.#bypass();
    this.#reconfigure();
    this.#tellOfPorts();
    this.#resume();
    this.#report();
  }

  /** Takes removed links away, and counts the frames that went with lost lanes. */
  #detach(): void {
    const { detach, settle } = this.#edit;
    for (const end of detach) detachLink(this.#lane, this.#all, end);
    if (settle.length > 0) countLost(this.#lane, this.#all, settle);
  }

  #removeNodes(): void {
    for (const id of this.#edit.remove) {
      this.#leavers.add(this.#all.get(id)!, true);
      this.#all.delete(id);
    }
  }

  /** Replaced and restarted nodes hand over to their successors. */
  #handOverInPlace(): void {
    const { cells, trials } = this.#prepared;
    for (const { node, replaces, anew: isAsked, restart } of this.#edit.insert) {
      const old = replaces ? this.#all.get(node) : undefined;
      if (old === undefined) continue;
      const cell = cells.get(node)!;
      const anew = isAsked || isStateless(cell);
      // A device drives the old node, which has gone on counting since this one was prepared.
      if (old.mode === "external") cell.countOn(old);
      const trial = trials.get(node);
      trial?.leave();
      moveLinks(this.#lane, old, cell);
      if (restart !== undefined || losesFrames(old, anew)) cell.markGaps();
      trial?.commit();
      if (trial === undefined) cell.takeUp(old.carry);
      this.#leavers.add(old, endsHere(old, anew), cell.number !== old.number);
      this.#all.set(node, cell);
    }
  }

  /** Departing nodes publish what they have counted and reported, and note the gaps that they leave. */
  #beginDepartures(): void {
    // A device may have driven one since it yielded.
    if (this.#edit.depart.length > 0) this.#lane.tellAllNews();
    for (const id of this.#edit.depart) {
      const cell = this.#all.get(id)!;
      cell.publish();
      if (losesFrames(cell, this.#prepared.ending.has(id))) cell.markGaps();
      // What a device has it write from now on goes nowhere, and is not counted.
      if (cell.mode === "external") cell.forgoRecord();
    }
  }

  /** @param lent how many frames of a link were lent to the reading node on its new lane, by the link's index */
  #letGoOfLinks(lent: ReadonlyMap<number, number>): void {
    for (const move of this.#edit.moves) {
      const rest = letGoOfLink(this.#lane, this.#all, move, lent.get(move.after.index) ?? 0, (error) => {
        this.#failures.push(serializeError(error));
      });
      if (rest !== undefined) this.#rests.push(rest);
    }
  }

  #endDepartures(): void {
    for (const id of this.#edit.depart) {
      const cell = this.#all.get(id)!;
      this.#leavers.add(cell, endsHere(cell, this.#prepared.ending.has(id)));
      this.#all.delete(id);
    }
  }

  /** New nodes become part of the lane; those from other lanes are held until they get their links. */
  #enter(): void {
    const { cells, trials, arrivals } = this.#prepared;
    for (const { node, arrives } of this.#edit.insert) {
      const cell = cells.get(node)!;
      cell.enter();
      cell.idlesUnfed = true;
      this.#all.set(node, cell);
      const underWay = (trials.get(node) ?? arrivals.get(node))?.underWay;
      if (underWay !== undefined) awaitTick(this.#lane, cell, underWay);
      if (!arrives) continue;
      cell.held = true;
      this.#arrivals.push({ cell, trial: arrivals.get(node) });
    }
  }

  #changeLinks(): void {
    const { loops, ports, attach } = this.#edit;
    noteLoops(this.#all, loops);
    for (const { node, elements } of ports) changePorts(this.#lane, this.#all.get(node)!, elements);
    for (const end of attach) attachLink(this.#lane, this.#all, end);
  }

  #bypass(): void {
    for (const { node, on } of this.#edit.bypass) {
      const cell = this.#all.get(node)!;
      cell.bypass(on);
      if (holdsFrames(cell)) cell.markGaps();
      // The node has not seen the frames that passed it by.
      if (!on) { for (const input of cell.inputs) input.markGap(); }
    }
  }

  #reconfigure(): void {
    for (const { node, ...change } of this.#edit.configure) {
      const cell = this.#all.get(node)!;
      try {
        reconfigure(this.#lane, cell, change);
      } catch (error) {
        this.#refused.push(node);
        this.#failures.push(serializeError(explain(error, cell, "configChanged()")));
      }
    }
  }

  #tellOfPorts(): void {
    for (const { node } of this.#edit.ports) {
      const cell = this.#all.get(node)!;
      try {
        calling(this.#lane, cell, () => cell.instance.processor.portsChanged?.(cell.context));
      } catch (error) {
        this.#failures.push(serializeError(explain(error, cell, "portsChanged()")));
      }
    }
  }

  /** The lane runs its nodes as they are now, those that were held too. */
  #resume(): void {
    const lane = this.#lane;
    const { cells, held } = this.#prepared;
    lane.cells = [...this.#all.values()];
    for (const cell of held) cell.held = false;
    const named = namedBy(this.#edit);
    for (const { id } of held) named.add(id);
    const reach = sealReach(named, this.#all);
    lane.ranksChanged();
    const waiting = new Set(this.#arrivals.map(({ cell }) => cell));
    wakeReach(lane, reach, this.#all, [...cells.values()].filter((cell) => !waiting.has(cell)));
  }

  #report(): void {
    this.#lane.site.post({
      kind: "applied",
      epoch: this.#prepared.epoch,
      failures: this.#failures,
      refused: this.#refused,
      rests: this.#rests,
    });
  }
}
