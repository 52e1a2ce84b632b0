/**
 * The trial: the first tick of a node that is to take another one's place, there or on another lane. What it reads is
 * kept and what it writes is held back until the commit; after a roll back the frames stand in their links again as if
 * nothing had happened. The old node is quiesced meanwhile.
 *
 * A tick that comes to wait for room which it has used up itself, or longer than it may for room or a slot, counts as
 * good: it goes on when the node has its place. So does that of a source, which may await what comes at any time. One
 * of another node that awaits something else has only so long: it may never settle, and the old node stands still as
 * long as it has the links.
 *
 * @module
 */
import { PHASE } from "../../../ffi/layout.gen.ts";
import { SluiceError } from "../../errors.ts";
import type { LinkPlan, LinkReader } from "../../links/link.ts";
import type { Lane } from "../lane/lane.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { asPromise } from "../cells/outcome.ts";
import { type KeptFrame, type LentOutput, StandInReader, StandInWriter } from "./stand_in.ts";

/** Time between two looks at whether there is something to do, milliseconds. */
const LOOK_EVERY_MS = 1;

/** How long the tick may await something that is neither room nor a slot, milliseconds. */
const AWAIT_MS = 2_000;

/** What a node is tried on: links, or what was lent of them. */
export interface TrialEnds {
  readonly inputs: readonly { readonly plan: LinkPlan; readonly lent: LinkReader | readonly KeptFrame[] }[];
  /** `most`: how many frames can be written while no reader makes room. */
  readonly outputs: readonly { readonly lent: LentOutput; readonly most: number }[];
}

/** What the successor of a quiesced node is tried on, on the same lane. */
export function endsOf({ inputs, outputs }: Pick<NodeCell, "inputs" | "outputs">): TrialEnds {
  return {
    inputs: inputs.flatMap(({ link }) => link === undefined ? [] : { plan: link.plan, lent: link }),
    outputs: outputs.flatMap(({ links }) => links.map((link) => ({ lent: link, most: link.plan.capacity }))),
  };
}

/** Stands between a new node and its links. */
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
   * Ticks the node once, if there is something to do for it within the time.
   *
   * @param untilNs how long to wait for that, and for room or a slot that the tick waits for, on the lane's clock
   * @param givenUp whether the edit was given up
   * @throws what the node throws, or rejects with; {@linkcode SluiceError} `Timeout` where it awaits something for too long
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

  /** The tick, if it is not over. */
  get underWay(): Promise<void> | undefined {
    return this.#underWay;
  }

  /** Detaches the node from the stand-ins: it is about to get the links. */
  detach(): void {
    for (const input of this.#cell.inputs) input.detach();
    for (const output of this.#cell.outputs) {
      for (const { plan } of [...output.links]) output.detach(plan.index);
    }
  }

  /** The node has the links: frames that it has read leave them, and frames that it wrote enter them. */
  commit(): void {
    const { inputs, outputs } = this.#cell;
    for (const reader of this.#readers) reader.commit(inputs.find(({ name }) => name === reader.plan.toPort)?.link);
    for (const writer of this.#writers) {
      const links = outputs.find(({ name }) => name === writer.plan.fromPort)?.links;
      writer.commit(links?.find(({ plan }) => plan.index === writer.plan.index));
    }
  }

  /** Rolls back: the links are as they were. */
  undo(): void {
    const cell = this.#cell;
    this.detach();
    cell.endTick();
    // Gives back what the tick takes from now on. It may reject, because it is told to end: nobody reads that.
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
   * @returns whether it is over; if not, it waits for what may take long, or the edit was given up
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
      // It has read a frame: it is to end though frames still come.
      cell.held = cell.reads > 0;
      // It may wait for room or a slot.
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
