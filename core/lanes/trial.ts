/**
 * The first tick of a node that is to take another one's place on its lane. What it reads is kept and what it writes is
 * held back until the node takes that place; if it does not, the frames stand in their links again as if nothing had
 * happened. The node that is there is held meanwhile.
 *
 * @module
 */
import type { Frame } from "../frames/frame.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { LinkPlan, LinkReader, LinkWriter, Wakeable } from "../links/link.ts";
import { calling, type CallSite } from "./node_call.ts";
import type { NodeCell } from "./node_cell.ts";
import { asPromise } from "./outcome.ts";

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
  readonly outputs: readonly { readonly name: string; readonly links: readonly LinkWriter[] }[];
}

/** What a trial asks of the lane. */
export interface TrialSite extends CallSite {
  readonly mode: "live" | "offline";
  nowNs(): number;
}

/** See the module. */
export class Trial {
  readonly #cell: NodeCell;
  readonly #site: TrialSite;
  readonly #readers: TrialReader[] = [];
  readonly #writers: TrialWriter[] = [];

  /**
   * @param cell has taken up what the old one has, and is not part of the lane yet
   * @param old is held, or what was lent of one on another lane
   */
  constructor(cell: NodeCell, old: TrialEnds, site: TrialSite) {
    this.#cell = cell;
    this.#site = site;
    for (const { name, link } of old.inputs) {
      if (link === undefined) continue;
      const reader = new TrialReader(link);
      this.#readers.push(reader);
      cell.inputs.find((each) => each.name === name)!.attach(reader);
    }
    for (const { name, links } of old.outputs) {
      const output = cell.outputs.find((each) => each.name === name);
      for (const link of links) {
        const writer = new TrialWriter(link);
        this.#writers.push(writer);
        output!.attach(writer);
      }
    }
    cell.seal();
  }

  /**
   * Ticks the node once, if there is something to do for it within the time.
   *
   * @param untilNs when not to wait for that any more, on the lane's clock
   * @param givenUp whether nobody waits any more
   * @throws what the node throws, or rejects with
   */
  async run(untilNs: number, givenUp: () => boolean): Promise<void> {
    const cell = this.#cell;
    while (!this.#isDue()) {
      if (givenUp() || this.#site.nowNs() >= untilNs) return;
      await sleep();
    }
    cell.due = cell.notBeforeNs > 0;
    cell.notBeforeNs = 0;
    cell.reads = 0;
    cell.writes = 0;
    const outcome = asPromise(calling(this.#site, cell, () => cell.tick(cell.context)));
    if (outcome !== undefined) await this.#settled(outcome, givenUp);
    const fault = cell.settle();
    if (fault !== undefined) throw fault;
  }

  /** Lets go of the links, which the node is about to get. */
  leave(): void {
    for (const input of this.#cell.inputs) input.detach();
    for (const output of this.#cell.outputs) {
      for (const { plan } of [...output.links]) output.detach(plan.index);
    }
  }

  /** The node has the links: what it has read is read, and what it wrote is written. */
  commit(): void {
    for (const reader of this.#readers) reader.commit();
    for (const writer of this.#writers) writer.commit();
  }

  /** The node does not take the place: everything is as it was. */
  undo(): void {
    this.leave();
    this.#cell.settle();
    for (const writer of this.#writers) writer.undo();
    for (const reader of this.#readers) reader.undo();
  }

  #isDue(): boolean {
    const cell = this.#cell;
    if (cell.mode === "push") return cell.triggered() && cell.admit();
    const early = this.#site.mode === "live" && cell.notBeforeNs > this.#site.nowNs();
    return !early && cell.admit();
  }

  async #settled(outcome: Promise<void>, givenUp: () => boolean): Promise<void> {
    let isOver = false;
    const over = outcome.finally(() => isOver = true);
    over.catch(() => {});
    while (!isOver && !givenUp()) {
      await sleep();
      // It may wait for room or a slot.
      this.#cell.wake();
    }
    if (isOver) await over;
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

/** Holds what is written. */
class TrialWriter implements LinkWriter {
  readonly plan: LinkPlan;
  writer: Wakeable | undefined;
  readonly #link: LinkWriter;
  readonly #held: KeptFrame[] = [];

  constructor(link: LinkWriter) {
    this.#link = link;
    this.plan = link.plan;
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
