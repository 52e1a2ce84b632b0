/**
 * The trial: the first tick of a node that is to replace another, on the same lane or on another one. The frames it
 * reads are kept, and the frames it writes are held back until the commit; a roll-back returns the frames to their
 * links as if nothing had happened. The old node is quiesced meanwhile.
 *
 * A tick passes the trial if it waits for room that it has used up itself, or reaches the time limit for room or a
 * slot: it continues when the node has its place. The tick of a source passes too, since its data may arrive at any
 * time. The tick of any other node that awaits something else has a limit: its promise may never settle, and the old
 * node stays quiesced while the trial has the links.
 *
 * @module
 */
import { PHASE } from "../../../ffi/layout.gen.ts";
import { SluiceError } from "../../errors.ts";
import type { LinkPlan, LinkReader } from "../../links/link.ts";
import type { Lane } from "../lane/lane.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { asPromise } from "../cells/call_outcome.ts";
import { type KeptFrame, type LentOutput, StandInReader, StandInWriter } from "./stand_in.ts";

/** Time between two checks for something to do, milliseconds. */
const LOOK_EVERY_MS = 1;

/** How long the tick may await anything except room or a slot, milliseconds. */
const AWAIT_MS = 2_000;

/** The ends for a trial: links, or their loans. */
export interface TrialEnds {
  readonly inputs: readonly { readonly plan: LinkPlan; readonly lent: LinkReader | readonly KeptFrame[] }[];
  /** `most`: how many frames can be written while no reader makes room. */
  readonly outputs: readonly { readonly lent: LentOutput; readonly most: number }[];
}

/** Returns the ends for the trial of a quiesced node's successor on the same lane. */
export function endsOf({ inputs, outputs }: NodeCell): TrialEnds {
  return {
    inputs: inputs.flatMap(({ link }) => link === undefined ? [] : { plan: link.plan, lent: link }),
    outputs: outputs.flatMap(({ links }) => links.map((link) => ({ lent: link, most: link.plan.capacity }))),
  };
}

/** Runs the first tick of a new node on stand-ins for its links. */
export class Trial {
  readonly #cell: NodeCell;
  readonly #lane: Lane;
  readonly #readers: readonly StandInReader[];
  readonly #writers: readonly StandInWriter[];
  #underWay: Promise<void> | undefined;

  /** @param cell has the state of the old node, and is not part of the lane yet */
  constructor(cell: NodeCell, { inputs, outputs }: TrialEnds, lane: Lane) {
    this.#cell = cell;
    this.#lane = lane;
    this.#readers = inputs.map(({ plan, lent }) => {
      const reader = new StandInReader(plan, lent);
      cell.inputs.find(({ name }) => name === plan.toPort)!.attach(reader);
      return reader;
    });
    this.#writers = outputs.map(({ lent, most }) => {
      const output = cell.outputs.find(({ name }) => name === lent.plan.fromPort)!;
      const writer = new StandInWriter(lent, most - output.descriptor.burst);
      output.attach(writer);
      return writer;
    });
    cell.seal();
  }

  /**
   * Ticks the node once, if it gets something to do in time.
   *
   * @param untilNs the end of the wait for work, and for room or a slot that the tick needs, on the lane's clock
   * @param givenUp whether the edit was given up
   * @throws errors and rejections of the node; {@linkcode SluiceError} `Timeout` if it awaits something for too long
   */
  async run(untilNs: number, givenUp: () => boolean): Promise<void> {
    const cell = this.#cell;
    while (!this.#isDue()) {
      if (givenUp() || this.#lane.nowNs() >= untilNs) return;
      await sleep();
    }
    cell.due = cell.notBeforeNs > 0;
    cell.notBeforeNs = 0;
    cell.reads = 0;
    cell.writes = 0;
    const outcome = asPromise(calling(this.#lane, cell, () => cell.tick(cell.context)));
    if (outcome !== undefined) {
      if (!givenUp()) cell.setPhase(PHASE.await);
      if (!await this.#isOver(outcome, untilNs, givenUp)) {
        this.#underWay = outcome;
        return;
      }
      if (!givenUp()) cell.setPhase(PHASE.idle);
    }
    const fault = cell.endTick();
    if (fault !== undefined) throw fault;
  }

  /** The tick, unless it is over. */
  get underWay(): Promise<void> | undefined {
    return this.#underWay;
  }

  /** Detaches the node from the stand-ins, before it gets the links. */
  detach(): void {
    for (const input of this.#cell.inputs) input.detach();
    for (const output of this.#cell.outputs) {
      for (const { plan } of [...output.links]) output.detach(plan.index);
    }
  }

  /** Commits: frames that the node has read leave its links, and frames that it wrote enter them. */
  commit(): void {
    const { inputs, outputs } = this.#cell;
    for (const reader of this.#readers) reader.commit(inputs.find(({ name }) => name === reader.plan.toPort)?.link);
    for (const writer of this.#writers) {
      const links = outputs.find(({ name }) => name === writer.plan.fromPort)?.links;
      writer.commit(links?.find(({ plan }) => plan.index === writer.plan.index));
    }
  }

  /** Rolls back: the links are unchanged. */
  undo(): void {
    const cell = this.#cell;
    this.detach();
    cell.endTick();
    // Gives back frames that the tick takes later. Its promise may reject, because the tick is told to end: nobody
    // awaits it.
    this.#underWay?.finally(() => cell.endTick()).catch(() => {});
    for (const writer of this.#writers) writer.undo();
    for (const reader of this.#readers) reader.undo();
  }

  #isDue(): boolean {
    const cell = this.#cell;
    if (cell.mode === "push") return cell.triggered() && cell.admit();
    const early = this.#lane.mode === "live" && cell.notBeforeNs > this.#lane.nowNs();
    return !early && cell.admit();
  }

  /**
   * Waits for the tick.
   *
   * @returns whether it is over; if not, it may wait for long, or the edit was given up
   * @throws as `run()`
   */
  async #isOver(outcome: Promise<void>, untilNs: number, givenUp: () => boolean): Promise<boolean> {
    const cell = this.#cell;
    let isOver = false;
    const over = outcome.finally(() => isOver = true);
    over.catch(() => {});
    const awaitsUntilNs = this.#lane.nowNs() + AWAIT_MS * 1e6;
    while (!isOver && !givenUp()) {
      await sleep();
      // The tick has read a frame: it must end although frames still arrive.
      cell.held = cell.reads > 0;
      // The tick may wait for room or a slot.
      cell.wake();
      const isLate = this.#lane.nowNs() >= untilNs;
      if (isLate && cell.inputs.length === 0) break;
      if (cell.waitsForGraph && (isLate || this.#writers.some((writer) => writer.isSpent))) break;
      if (cell.waitsForGraph || this.#lane.nowNs() < awaitsUntilNs) continue;
      this.#underWay = outcome;
      const message =
        `Cannot let node "${cell.id}" (${cell.type}) take its place: its first tick has awaited something ` +
        `for ${AWAIT_MS} ms, and the promise has not settled; await in setup() what takes that long`;
      throw new SluiceError("Timeout", message, { nodeId: cell.id });
    }
    cell.held = false;
    if (isOver) await over;
    return isOver;
  }
}

function sleep(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}
