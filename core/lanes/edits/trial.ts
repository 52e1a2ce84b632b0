/**
 * The trial: the first tick of a node that is to take another one's place on its lane. What it reads is kept and what it
 * writes is held back until the commit; after a roll back the frames stand in their links again as if nothing had
 * happened. The old node is quiesced meanwhile.
 *
 * A tick that comes to wait for room which it has used up itself, or longer than it may for room or a slot, counts as
 * good: it goes on when the node has its place.
 *
 * @module
 */
import { PHASE } from "../../../ffi/layout.gen.ts";
import type { Frame } from "../../frames/frame.ts";
import type { FrameFormat } from "../../frames/format.ts";
import type { LinkPlan, LinkReader, LinkWriter, Wakeable } from "../../links/link.ts";
import type { Lane } from "../lane/lane.ts";
import { calling } from "../lane/node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { asPromise } from "../cells/outcome.ts";

/** Time between two looks at whether there is something to do, milliseconds. */
const LOOK_EVERY_MS = 1;

/** A frame and whether others are missing before it. */
export interface KeptFrame {
  readonly frame: Frame;
  readonly gap: boolean;
}

/** The links that a node is tried on. */
export interface TrialEnds {
  readonly inputs: readonly { readonly name: string; readonly link?: LinkReader }[];
  /** `areLent`: the room of the links stays as it is. */
  readonly outputs: readonly {
    readonly name: string;
    readonly links: readonly LinkWriter[];
    readonly areLent?: boolean;
  }[];
}

/** Stands between a new node and the links of the old one. */
export class Trial {
  readonly #cell: NodeCell;
  readonly #lane: Lane;
  readonly #readers: TrialReader[] = [];
  readonly #writers: TrialWriter[] = [];
  #underWay: Promise<void> | undefined;

  /**
   * @param cell has the state of the old node, and is not part of the lane yet
   * @param old a quiesced node, or what was lent of one on another lane
   */
  constructor(cell: NodeCell, old: TrialEnds, lane: Lane) {
    this.#cell = cell;
    this.#lane = lane;
    for (const { name, link } of old.inputs) {
      if (link === undefined) continue;
      const reader = new TrialReader(link);
      this.#readers.push(reader);
      cell.inputs.find((each) => each.name === name)!.attach(reader);
    }
    for (const { name, links, areLent } of old.outputs) {
      const output = cell.outputs.find((each) => each.name === name)!;
      for (const link of links) {
        const most = areLent ? link.room() : link.plan.capacity;
        const writer = new TrialWriter(link, most - output.descriptor.burst);
        this.#writers.push(writer);
        output.attach(writer);
      }
    }
    cell.seal();
  }

  /**
   * Ticks the node once, if there is something to do for it within the time.
   *
   * @param untilNs how long to wait for that, and for room or a slot that the tick waits for, on the lane's clock
   * @param givenUp whether the edit was given up
   * @throws what the node throws, or rejects with
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
  leave(): void {
    for (const input of this.#cell.inputs) input.detach();
    for (const output of this.#cell.outputs) {
      for (const { plan } of [...output.links]) output.detach(plan.index);
    }
  }

  /** The node has the links: frames that it has read leave them, and frames that it wrote enter them. */
  commit(): void {
    for (const reader of this.#readers) reader.commit();
    for (const writer of this.#writers) writer.commit();
  }

  /** Rolls back: the links are as they were. */
  undo(): void {
    const cell = this.#cell;
    this.leave();
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
   * @returns whether it is over; if not, it waits for room or a slot, or the edit was given up
   * @throws what it rejects with
   */
  async #isOver(outcome: Promise<void>, untilNs: number, givenUp: () => boolean): Promise<boolean> {
    const cell = this.#cell;
    let isOver = false;
    const over = outcome.finally(() => isOver = true);
    over.catch(() => {});
    while (!isOver && !givenUp()) {
      await sleep();
      // It has read a frame: it is to end though frames still come.
      cell.held = cell.reads > 0;
      // It may wait for room or a slot.
      cell.wake();
      const isLate = this.#lane.nowNs() >= untilNs;
      if (cell.waitsForGraph && (isLate || this.#writers.some((writer) => writer.isSpent))) break;
    }
    cell.held = false;
    if (isOver) await over;
    return isOver;
  }
}

/** Keeps one more reference to each frame that is taken. */
class TrialReader implements LinkReader {
  readonly plan: LinkPlan;
  reader: Wakeable | undefined;
  readonly announced: FrameFormat | undefined;
  readonly #link: LinkReader;
  readonly #kept: KeptFrame[] = [];
  #skipped = 0;

  constructor(link: LinkReader) {
    this.#link = link;
    this.plan = link.plan;
    this.announced = link.announced;
  }

  take(): Frame | undefined {
    const frame = this.#link.take();
    if (frame === undefined) return undefined;
    frame.pool.retain(frame.slot);
    this.#kept.push({ frame, gap: frame.linkGap });
    return frame;
  }

  peek(): Frame | undefined {
    return this.#link.peek();
  }

  hasFrames(): boolean {
    return this.#link.hasFrames();
  }

  available(): number {
    return this.#link.available();
  }

  ended(): boolean {
    return this.#link.ended();
  }

  countSkipped(frames: number): void {
    this.#skipped += frames;
  }

  putBack(frames: readonly KeptFrame[]): void {
    this.#link.putBack(frames);
  }

  discard(): void {}

  close(): void {}

  publish(): void {}

  commit(): void {
    if (this.#skipped > 0) this.#link.countSkipped(this.#skipped);
    for (const { frame } of this.#kept.splice(0)) {
      frame.dropValue();
      frame.pool.release(frame.slot);
    }
  }

  undo(): void {
    const kept = this.#kept.splice(0);
    if (kept.length > 0) this.#link.putBack(kept);
  }
}

/** Holds what is written until the commit. */
class TrialWriter implements LinkWriter {
  readonly plan: LinkPlan;
  writer: Wakeable | undefined;
  readonly #link: LinkWriter;
  readonly #most: number;
  readonly #held: KeptFrame[] = [];

  /** @param most how many frames may be held while the tick may still be admitted again */
  constructor(link: LinkWriter, most: number) {
    this.#link = link;
    this.#most = most;
    this.plan = link.plan;
  }

  /** Whether the tick waits in vain: no reader can make room for what it writes next. */
  get isSpent(): boolean {
    return this.plan.policy === "lossless" && this.#held.length > this.#most;
  }

  room(): number {
    return this.#link.room() - this.#held.length;
  }

  awaitRoom(): number {
    return this.room();
  }

  write(frame: Frame): void {
    this.#held.push({ frame, gap: frame.linkGap });
  }

  flush(): void {}

  publish(): void {}

  end(): void {}

  markGap(): void {}

  announce(_format: FrameFormat): void {}

  closed(): boolean {
    return this.#link.closed();
  }

  commit(): void {
    this.#link.owe?.(this.#held.length);
    for (const { frame, gap } of this.#held.splice(0)) {
      // Another link of the lane may have set it since.
      frame.linkGap = gap;
      this.#link.write(frame);
    }
  }

  undo(): void {
    for (const { frame } of this.#held.splice(0)) {
      frame.dropValue();
      frame.pool.release(frame.slot);
    }
  }
}

function sleep(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}
