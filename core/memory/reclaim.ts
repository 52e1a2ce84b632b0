/**
 * Gives back the slots of a lane that has ended.
 *
 * The thread of a *dead* lane has ended, as the lane record's `deadGeneration` shows. The thread stores that itself, as
 * its last action; if it could not, the library does. The references that it held are given back exactly once, whatever
 * it was doing when it died. At most the slots whose holds it was about to write are lost: one, or up to {@linkcode
 * MAX_MAGAZINE} if it was filling or emptying its magazine.
 *
 * The thread of a *fenced* lane may still run. Its references are quarantined, in a row of the table of holds that
 * stays its own, until the thread comes back and gives them back itself, or the library reports that the thread has
 * ended before: Deno ends a worker as soon as its node returns.
 *
 * With the portable driver, a lane whose thread could not report its end can only be fenced. If a fenced thread ends
 * before it comes back, its references stay quarantined.
 *
 * @module
 */
import { LANE, LINK, POOL, SLOT } from "../../ffi/layout.gen.ts";
import { index32, index64 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import { SluiceError } from "../errors.ts";
import { HOLD_FREE, HOLD_LEFT, HOLD_MANY, type Pool } from "./pool.ts";

const REF_COUNT = SLOT.refCount >> 2;

/** One thread of a lane. */
export interface LaneLife {
  /** Index of the lane. */
  readonly lane: number;
  /** Counts the lane's threads from 1. */
  readonly generation: number;
  /** The row of the table of holds that the thread had. */
  readonly row: number;
}

/** The result of {@linkcode reclaimLane}. */
export interface ReclaimedSlots {
  /** References that the lane held. */
  readonly references: number;
  /** Slots that are free again. */
  readonly freed: number;
  /**
   * Slots that stay lost: the lane had more references to them than its row can record, or recorded more than they
   * have.
   */
  readonly lost: number;
}

/** True if a lane's thread is known to have ended. A fenced thread reports its end as well. */
export function isLaneDead(page: ControlPage, { lane, generation }: Pick<LaneLife, "lane" | "generation">): boolean {
  return Atomics.load(page.u32, index32(page.laneOffset(lane) + LANE.deadGeneration)) >= generation;
}

/**
 * Records that a thread no longer uses its slots, or that the runtime has stopped waiting for the thread's report. If
 * the thread and the one that fences it both call this, the first call decides which of them gives back the thread's
 * references.
 *
 * @returns whether this call was the first
 */
export function noteDeath(page: ControlPage, { lane, generation }: Pick<LaneLife, "lane" | "generation">): boolean {
  const at = index32(page.laneOffset(lane) + LANE.deadGeneration);
  for (let known = Atomics.load(page.u32, at); known < generation;) {
    const found = Atomics.compareExchange(page.u32, at, known, generation);
    if (found === known) return true;
    known = found;
  }
  return false;
}

/**
 * Gives back a dead lane's references to a pool. A second call finds none.
 *
 * @param pool any living lane's view
 * @throws {SluiceError} `Busy` if the lane's death is not proved: it could still use its slots. A wrong hold in the row
 * harms no other lane
 */
export function reclaimLane(pool: Pool, page: ControlPage, life: LaneLife): ReclaimedSlots {
  if (!isLaneDead(page, life)) {
    throw new SluiceError(
      "Busy",
      `Cannot give back the slots of lane ${life.lane} in pool "${pool.name}": its thread may still run; ` +
        "quarantine them",
    );
  }
  return giveBackAll(pool, life.row);
}

/**
 * Gives back the references of a fenced thread that has come back, and marks its row as left. Only the thread itself
 * calls this, and does not use the pools afterwards.
 *
 * @param pools by index
 */
export function leaveRow(pools: readonly Pool[], row: number): void {
  for (const pool of pools) giveBackAll(pool, row);
  if (pools.length > 0) Atomics.store(pools[0].holdsOf(row), 0, HOLD_LEFT);
}

/**
 * True if the fenced thread of a row has left it, or has ended; then clears the row for another thread. Gives back the
 * references of a thread that has ended.
 *
 * @param pools by index
 */
export function takeLeftRow(pools: readonly Pool[], page: ControlPage, life: LaneLife): boolean {
  const holds = pools[0]?.holdsOf(life.row);
  if (holds === undefined) return false;
  // Read before the mark: a thread that leaves its row and ends in between has set the mark.
  const ended = Atomics.load(page.u32, index32(page.laneOffset(life.row) + LANE.rowEnded)) === threadOfRow(life);
  if (Atomics.load(holds, 0) === HOLD_LEFT) {
    holds[0] = 0;
    return true;
  }
  if (!ended) return false;
  for (const pool of pools) giveBackAll(pool, life.row);
  return true;
}

/** Mirrors `thread_of_row()` of `crates/abi/src/lane.rs`. */
function threadOfRow({ lane, generation }: LaneLife): number {
  return ((lane << 24) | (generation & 0xff_ffff)) >>> 0;
}

/** Returns how many slots of a pool are quarantined because a fenced thread that may still run holds them. */
export function countSetAside(pool: Pool, row: number): number {
  let held = 0;
  for (const hold of pool.holdsOf(row)) if (hold !== 0 && hold !== HOLD_LEFT) held++;
  return held;
}

/**
 * Counts the frames of a link that were lost with a lane: fetched but not read, staged but not pushed, or queued inside
 * the lane. If the dead end had not updated its counts, frames that it had read count as lost, and frames that it had
 * written are counted here. Neither end may be at work.
 *
 * @param index of the link's record
 * @param queued frames that are still in the ring
 * @returns how many frames this call counted as lost
 */
export function countLaneLost(page: ControlPage, index: number, queued: number): number {
  const at = index64(page.linkOffset(index));
  const { f64 } = page;
  const field = (offset: number) => f64[at + index64(offset)];
  const dropped = field(LINK.droppedFull) + field(LINK.droppedToKey) + field(LINK.droppedSkipped) +
    field(LINK.droppedUnlinked) + field(LINK.droppedLaneLost);
  const left = field(LINK.written) - field(LINK.read) - dropped;
  const lost = Math.max(0, left - queued);
  f64[at + (LINK.droppedLaneLost >> 3)] += lost;
  f64[at + (LINK.written >> 3)] += Math.max(0, queued - left);
  return lost;
}

function giveBackAll(pool: Pool, row: number): ReclaimedSlots {
  const holds = pool.holdsOf(row);
  let references = 0;
  let freed = 0;
  let lost = 0;
  for (let slot = 0; slot < holds.length; slot++) {
    const held = holds[slot];
    if (held === 0) continue;
    // Cleared first: if a lane dies here, one slot is lost, and no slot is freed twice.
    holds[slot] = 0;
    if (held === HOLD_FREE) {
      // A count of 1 belongs to a lane that died between taking the slot and recording it.
      Atomics.store(pool.i32, pool.headerAt(slot) + REF_COUNT, 0);
      pool.returnToAll(slot);
      freed++;
    } else {
      const left = held >= HOLD_MANY ? -1 : releaseAll(pool, slot, held);
      if (left < 0) lost++;
      else references += held;
      if (left === 0) freed++;
    }
  }
  if (lost > 0) Atomics.add(pool.u32, POOL.quarantined >> 2, lost);
  return { references, freed, lost };
}

/** Drops references; 0 left frees the slot. @returns how many are left, or -1, having done nothing, if it had fewer */
function releaseAll(pool: Pool, slot: number, count: number): number {
  const at = pool.headerAt(slot) + REF_COUNT;
  for (let before = Atomics.load(pool.i32, at); before >= count;) {
    const found = Atomics.compareExchange(pool.i32, at, before, before - count);
    if (found === before) {
      if (before === count) pool.returnToAll(slot);
      return before - count;
    }
    before = found;
  }
  return -1;
}
