/**
 * Applies a prepared edit on one lane, between two ticks. The order of its steps matters:
 *
 * 1. Nodes give their links away: removed nodes lose theirs, and nodes hand over to successors on this lane
 *    (`lane_handovers.ts`).
 * 2. New nodes enter, which needs the links of the nodes before them; then links, ports, bypasses and values change,
 *    for old nodes and new ones. This step calls nodes, which may keep the thread.
 * 3. Nodes with successors on other lanes leave. The rest of their links then has no owner until the lane has reported,
 *    so this step calls no node.
 * 4. The nodes concerned are sealed, ordered and woken: every link is in its place by then.
 * 5. The lane reports. Only after that, `LaneEditor.retire()` calls nodes that have gone: they may keep the thread, and
 *    other lanes wait for the report.
 *
 * @module
 */
import { type SerializedError, serializeError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import type { LinkRest } from "../../links/link_move.ts";
import type { LocalLink } from "../../links/local_link.ts";
import type { RingLinkReader } from "../../links/ring_link.ts";
import { changePorts } from "../cells/cell_builder.ts";
import { awaitTick } from "../cells/cell_runner.ts";
import { explain } from "../cells/call_outcome.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { Lane } from "../lane/lane.ts";
import { attachLink, countLost, detachLink, linkLate } from "../lane/link_ends.ts";
import { calling, reconfigure } from "../lane/node_call.ts";
import type { LaneEdit } from "../messages.ts";
import { cellsById, namedBy, sealReach, wakeReach } from "./edit_reach.ts";
import { holdsFrames } from "./edit_rules.ts";
import type { PreparedEdit } from "./prepared_edit.ts";
import type { Leavers } from "./leavers.ts";
import { beginToGive } from "./turn.ts";

/** Applies one edit on one lane: used once. */
export class EditApplier {
  readonly #lane: Lane;
  readonly #prepared: PreparedEdit;
  readonly #edit: LaneEdit;
  readonly #leavers: Leavers;
  /** The nodes of the lane by id: changed step by step, and stored in the lane at the end. */
  readonly #all: Map<string, NodeCell>;
  readonly #failures: SerializedError[] = [];
  /** Nodes that keep their old configuration. */
  readonly #refused: NodeId[] = [];
  #rests: readonly LinkRest[] = [];

  /** @param leavers receives the nodes that leave the lane */
  constructor(lane: Lane, prepared: PreparedEdit, leavers: Leavers) {
    this.#lane = lane;
    this.#prepared = prepared;
    this.#edit = prepared.edit;
    this.#leavers = leavers;
    this.#all = cellsById(lane);
  }

  run(): void {
    const lent = this.#prepared.handovers.endLoans();
    this.#detach();
    this.#removeNodes();
    this.#prepared.handovers.handOverHere(this.#all, this.#leavers);
    this.#enter();
    this.#changeLinks();
    this.#bypass();
    this.#reconfigure();
    this.#tellOfPorts();
    // One of these calls may have kept the thread so long that the session left the lane out of the edit, or that
    // another thread took over the lane.
    if (this.#lane.endIfGivenUp()) return;
    if (!beginToGive(this.#prepared.turn)) {
      // Closing also ends the nodes that have entered by this point.
      this.#lane.cells = [...this.#all.values()];
      this.#lane.running = false;
      return;
    }
    this.#leave(lent);
    this.#resume();
    this.#report();
  }

  /** Detaches removed links, and counts the frames that were lost with their lanes. */
  #detach(): void {
    const { detach, lost } = this.#edit;
    for (const end of detach) detachLink(this.#lane, this.#all, end);
    countLost(this.#lane, this.#all, lost);
  }

  #removeNodes(): void {
    const { remove, keepsStates } = this.#edit;
    for (const id of remove) {
      this.#leavers.add(this.#all.get(id)!, true, true, keepsStates);
      this.#all.delete(id);
    }
  }

  /** Makes new nodes part of the lane; nodes from other lanes are held until they get their links. */
  #enter(): void {
    const { cells, handovers } = this.#prepared;
    for (const [id, cell] of cells) {
      cell.enter();
      cell.mayAwaitLinks = true;
      this.#all.set(id, cell);
      const underWay = handovers.underWay(cell);
      if (underWay !== undefined) awaitTick(this.#lane, cell, underWay);
      cell.held = handovers.arrives(cell);
    }
  }

  #changeLinks(): void {
    const { loops, grow, ports, attach } = this.#edit;
    // Links whose readers have yet to arrive get the new state with their ends.
    for (const { node, port, closes } of loops) {
      const link = this.#all.get(node)?.inputs.find(({ name }) => name === port)?.link;
      if (link !== undefined) link.plan = { ...link.plan, feedback: closes };
    }
    for (const { node, port, extra } of grow) {
      const link = this.#all.get(node)?.inputs.find(({ name }) => name === port)?.link;
      (link as LocalLink | RingLinkReader | undefined)?.grow(extra);
    }
    for (const { node, ...change } of ports) changePorts(this.#lane, this.#all.get(node)!, change);
    for (const end of attach) {
      attachLink(this.#lane, this.#all, end);
      linkLate(this.#all, end);
    }
  }

  #bypass(): void {
    for (const { node, on } of this.#edit.bypass) {
      const cell = this.#all.get(node)!;
      cell.bypass(on);
      if (holdsFrames(cell)) cell.markGaps();
      // The node has not seen the frames that bypassed it.
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

  /** @param lent how many frames of each link were lent to the reading node on its new lane, by the link's index */
  #leave(lent: ReadonlyMap<number, number>): void {
    this.#rests = this.#prepared.handovers.leave(this.#all, this.#leavers, lent, (error) => {
      this.#failures.push(serializeError(error));
    });
  }

  /** Resumes all nodes of the lane, including held ones. */
  #resume(): void {
    const lane = this.#lane;
    const { cells, handovers } = this.#prepared;
    lane.cells = [...this.#all.values()];
    for (const cell of handovers.held) cell.held = false;
    const named = namedBy(this.#edit, cells.keys());
    for (const { id } of handovers.held) named.add(id);
    const reach = sealReach(named, this.#all);
    lane.ranksChanged();
    wakeReach(lane, reach, this.#all, [...cells.values()].filter((cell) => !handovers.arrives(cell)));
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
