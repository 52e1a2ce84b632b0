/**
 * The trial of a node that comes from another lane. The lane that it leaves lends what waits for it: frames, which stay
 * in their links as far as anybody can tell, and the room for what it writes. So the node is tried before anything has
 * changed, as by `trial.ts`.
 *
 * A loan belongs to nobody until it is claimed, once: by the lane that it goes to or, where the edit is given up first,
 * by any thread that recalls it. So it does not matter which of the lanes ends, or hangs, on the way.
 *
 * @module
 */
import { ENTRY } from "../../../ffi/layout.gen.ts";
import { DataFrame } from "../../frames/data_frame.ts";
import type { Frame } from "../../frames/frame.ts";
import type { FrameFormat } from "../../frames/format.ts";
import { framesOf } from "../../links/entry_frames.ts";
import type { LinkPlan, LinkReader, LinkWriter, Wakeable } from "../../links/link.ts";
import type { Pool } from "../../memory/pool.ts";
import { readsPerTick } from "../../pools/pool_loads.ts";
import type { Lane } from "../lane/lane.ts";
import type { Loan } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { type KeptFrame, Trial } from "./trial.ts";

/** What a lane lends during one edit. */
export class Lender {
  readonly #kept: { readonly link: LinkReader; readonly frames: readonly KeptFrame[] }[] = [];
  readonly #loans: Loan[] = [];

  /**
   * Lends what a quiesced node has.
   *
   * @throws {TypeError | RangeError} for a value that cannot be sent to another lane
   */
  lend(cell: NodeCell, waitMs: number): Loan {
    const inputs = cell.inputs.flatMap(({ link }) =>
      link === undefined ? [] : { plan: link.plan, entries: this.#take(link) }
    );
    const outputs = cell.outputs.flatMap(({ links }) =>
      links.map((link) => ({ plan: link.plan, room: link.room(), closed: link.closed() }))
    );
    const loan = { claim: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT), waitMs, inputs, outputs };
    this.#loans.push(loan);
    return loan;
  }

  /**
   * Ends the loans: the frames stand in their links again, and unclaimed loans are recalled.
   *
   * @param pools those of this lane, by index
   * @returns how many frames were lent, by the index of the link
   */
  end(pools: readonly Pool[]): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const loan of this.#loans.splice(0)) recall(loan, pools);
    for (const { link, frames } of this.#kept.splice(0)) {
      counts.set(link.plan.index, frames.length);
      if (frames.length > 0) link.putBack(frames);
    }
    return counts;
  }

  #take(link: LinkReader): number[] {
    const { kind, capacity } = link.plan;
    const frames: KeptFrame[] = [];
    this.#kept.push({ link, frames });
    const entries: number[] = [];
    for (let left = readsPerTick(kind, capacity); left > 0; left--) {
      const frame = link.take();
      if (frame === undefined) break;
      const gap = frame.linkGap;
      frames.push({ frame, gap });
      if (frame instanceof DataFrame) frame.serialize();
      frame.pool.retain(frame.slot);
      frame.pool.giveAway(frame.slot);
      entries.push(frame.slot | (frame.pool.index << ENTRY.poolShift) | (gap ? ENTRY.discontinuity : 0));
    }
    return entries;
  }
}

/** The trial on the lane that the node comes to. */
export class ArrivingTrial {
  readonly #cell: NodeCell;
  readonly #waitMs: number;
  readonly #readers: readonly LentReader[];
  readonly #writers: readonly LentWriter[];
  readonly #trial: Trial;

  /**
   * @param cell is not part of the lane yet
   * @param loan claimed by this lane
   */
  constructor(cell: NodeCell, loan: Loan, lane: Lane) {
    this.#cell = cell;
    this.#waitMs = loan.waitMs;
    this.#readers = loan.inputs.map(({ plan, entries }) => new LentReader(plan, framesOf(plan, entries, lane.pools)));
    this.#writers = loan.outputs.map(({ plan, room, closed }) => new LentWriter(plan, room, closed));
    const inputs = this.#readers.map((link) => ({ name: link.plan.toPort, link }));
    const outputs = this.#writers.map((link) => ({ name: link.plan.fromPort, links: [link], areLent: true }));
    this.#trial = new Trial(cell, { inputs, outputs }, lane);
  }

  /** Ticks the node once, if it has something to do in time. @throws what it throws, or rejects with */
  run(nowNs: number, givenUp: () => boolean): Promise<void> {
    // What was lent does not change: only the time that a node asked for can come.
    const waitMs = this.#cell.mode === "push" ? 0 : this.#waitMs;
    return this.#trial.run(nowNs + waitMs * 1e6, givenUp);
  }

  /** The tick, if it is not over. */
  get underWay(): Promise<void> | undefined {
    return this.#trial.underWay;
  }

  /** Detaches the node from what was lent: it is about to get its links. */
  leave(): void {
    this.#trial.leave();
  }

  /** The node has its links: frames that it has read leave them, and frames that it wrote enter them. */
  commit(): void {
    for (const writer of this.#writers) {
      const links = this.#cell.outputs.find(({ name }) => name === writer.plan.fromPort)?.links ?? [];
      writer.target = links.find(({ plan }) => plan.index === writer.plan.index);
    }
    this.#trial.commit();
    for (const reader of this.#readers) {
      reader.commit(this.#cell.inputs.find(({ name }) => name === reader.plan.toPort)?.link);
    }
  }

  /** Rolls back: the node does not come. */
  undo(): void {
    this.#trial.undo();
    for (const reader of this.#readers) reader.release();
  }
}

/** Claims a loan for the caller. @returns whether that succeeded: another thread may have been first */
export function claim({ claim }: Loan): boolean {
  return Atomics.compareExchange(new Int32Array(claim), 0, 0, 1) === 0;
}

/** Gives back what was lent, unless the loan was claimed. @param pools by index */
export function recall(loan: Loan, pools: readonly Pool[]): void {
  if (!claim(loan)) return;
  for (const { entries } of loan.inputs) {
    for (const entry of entries) {
      pools[(entry >>> ENTRY.poolShift) & ENTRY.poolMask].releaseForeign(entry & ENTRY.slotMask);
    }
  }
}

/** Stands in for a link with the frames that were lent, which this lane holds. */
class LentReader implements LinkReader {
  readonly plan: LinkPlan;
  reader: Wakeable | undefined;
  readonly announced: FrameFormat | undefined = undefined;
  #frames: readonly KeptFrame[];
  readonly #taken: Frame[] = [];
  #skipped = 0;

  constructor(plan: LinkPlan, frames: readonly KeptFrame[]) {
    this.plan = plan;
    this.#frames = frames;
  }

  take(): Frame | undefined {
    const [first, ...rest] = this.#frames;
    if (first === undefined) return undefined;
    this.#frames = rest;
    // Until the commit takes the frame out of its link, no other frame may have its slot.
    first.frame.pool.retain(first.frame.slot);
    this.#taken.push(first.frame);
    first.frame.linkGap = first.gap;
    return first.frame;
  }

  peek(): Frame | undefined {
    return this.#frames[0]?.frame;
  }

  hasFrames(): boolean {
    return this.#frames.length > 0;
  }

  available(): number {
    return this.#frames.length;
  }

  ended(): boolean {
    return false;
  }

  countSkipped(frames: number): void {
    this.#skipped += frames;
  }

  putBack(frames: readonly KeptFrame[]): void {
    this.#frames = [...frames, ...this.#frames];
  }

  discard(): void {}

  close(): void {}

  publish(): void {}

  /** Takes the frames that were taken here out of their link, except those that it has dropped since. */
  commit(link: LinkReader | undefined): void {
    let skipped = this.#skipped;
    for (const { pool, slot } of this.#taken) {
      const head = link?.peek();
      if (head?.slot !== slot || head.pool !== pool) continue;
      link!.take();
      pool.release(slot);
      if (skipped-- > 0) link!.countSkipped(1);
    }
    this.release();
  }

  /** Releases the frames that this lane holds. */
  release(): void {
    for (const frame of [...this.#frames.map(({ frame }) => frame), ...this.#taken.splice(0)]) {
      frame.dropValue();
      frame.pool.release(frame.slot);
    }
    this.#frames = [];
  }
}

/** Stands in for a link with the room that it had. */
class LentWriter implements LinkWriter {
  readonly plan: LinkPlan;
  writer: Wakeable | undefined;
  /** The link that gets the frames at the commit. */
  target: LinkWriter | undefined;
  readonly #room: number;
  readonly #closed: boolean;

  constructor(plan: LinkPlan, room: number, closed: boolean) {
    this.plan = plan;
    this.#room = room;
    this.#closed = closed;
  }

  room(): number {
    return this.#room;
  }

  awaitRoom(): number {
    return this.#room;
  }

  /** The link may be one within this lane by now, with frames that its reader had fetched. */
  owe(frames: number): void {
    this.target?.owe?.(frames);
  }

  write(frame: Frame): void {
    if (this.target !== undefined) this.target.write(frame);
    else frame.pool.release(frame.slot);
  }

  flush(): void {}

  publish(): void {}

  end(): void {}

  markGap(): void {}

  announce(_format: FrameFormat): void {}

  closed(): boolean {
    return this.#closed;
  }
}
