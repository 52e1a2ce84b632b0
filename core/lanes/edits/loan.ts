/**
 * The trial of a node that comes from another lane. The old lane lends the node's queued frames, which stay in their
 * links as far as any reader can tell, and the room for its writes. So the node is tried before anything has changed,
 * as by `trial.ts`.
 *
 * A loan has no owner until it is claimed, once: by the lane that it goes to or, if the edit is given up first, by any
 * thread that recalls it. So either lane may end or hang on the way.
 *
 * @module
 */
import type { LinkRest } from "../../links/link_move.ts";
import type { LaneCommand, Loan } from "../messages.ts";
import { ENTRY } from "../../../ffi/layout.gen.ts";
import { DataFrame } from "../../frames/data_frame.ts";
import { framesOf } from "../../links/entry_frames.ts";
import type { LinkReader } from "../../links/link.ts";
import type { Pool } from "../../memory/pool.ts";
import { readsPerTick } from "../../pools/pool_loads.ts";
import type { Lane } from "../lane/lane.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import type { KeptFrame } from "./stand_in.ts";
import type { TrialEnds } from "./trial.ts";

/** The loans of a lane during one edit. */
export class Lender {
  readonly #kept: { readonly link: LinkReader; readonly frames: readonly KeptFrame[] }[] = [];
  readonly #loans: Loan[] = [];

  /**
   * Lends the frames and the room of a quiesced node.
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
   * Ends the loans: the frames are back in their links, and unclaimed loans are recalled.
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

  /**
   * Gives up the loans of an edit that continues without this lane: unclaimed loans are recalled, and the links stay
   * without the frames, as they were counted.
   *
   * @param pools those of this lane, by index
   */
  forgo(pools: readonly Pool[]): void {
    for (const loan of this.#loans.splice(0)) recall(loan, pools);
    this.#kept.length = 0;
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

/** Returns the ends for the node's trial, on the lane that has claimed the loan. */
export function lentEnds({ inputs, outputs }: Loan, lane: Lane): TrialEnds {
  return {
    inputs: inputs.map(({ plan, entries }) => ({ plan, lent: framesOf(plan, entries, lane.pools) })),
    outputs: outputs.map(({ plan, room, closed }) => {
      const lent = { plan, room: () => room, closed: () => closed };
      return { lent, most: room };
    }),
  };
}

/**
 * Claims a loan, or rests of links, for the caller. @returns whether it succeeded: another thread may have been first
 */
export function claim({ claim }: Pick<Loan, "claim">): boolean {
  return Atomics.compareExchange(new Int32Array(claim), 0, 0, 1) === 0;
}

/** Gives the lent frames back, unless the loan was claimed. @param pools by index */
export function recall(loan: Loan, pools: readonly Pool[]): void {
  if (!claim(loan)) return;
  for (const { entries } of loan.inputs) {
    for (const entry of entries) {
      pools[(entry >>> ENTRY.poolShift) & ENTRY.poolMask].releaseForeign(entry & ENTRY.slotMask);
    }
  }
}

/** Returns the rests of the command, without their frames if another thread has claimed them. */
export function claimedRests(command: Extract<LaneCommand, { kind: "attach" }>): readonly LinkRest[] {
  return claim(command) ? command.rests : command.rests.map((rest) => ({ ...rest, entries: [] }));
}
