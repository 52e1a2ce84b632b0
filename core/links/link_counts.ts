/**
 * Reads the counts of a link off the control page, also while its ends are at work.
 *
 * Each end counts by itself, so that no instant has all counts. The reader takes what came before what went, and each
 * end counts what went before what came. So no frame that has left seems queued, and a link never seems to hold more
 * than it does.
 *
 * @module
 */
import { LINK } from "../../ffi/layout.gen.ts";
import { index64 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";

const WRITTEN = LINK.written >> 3;
const READ = LINK.read >> 3;
const DROPPED_FULL = LINK.droppedFull >> 3;
const TO_KEY = LINK.droppedToKey >> 3;
const SKIPPED = LINK.droppedSkipped >> 3;
const UNLINKED = LINK.droppedUnlinked >> 3;
const LANE_LOST = LINK.droppedLaneLost >> 3;

/** Frames of a link, by what became of them. `written` is the sum of the others. */
export interface LinkCounts {
  /** Frames that were given to the link; while an end is at work, at least as many as are known to have left it. */
  readonly written: number;
  /** Frames that were handed to the reading node. */
  readonly read: number;
  /** Dropped because it was full. */
  readonly full: number;
  /** Dropped because the reader took a newer one, or ended. */
  readonly skipped: number;
  /** Dropped because the link was removed. */
  readonly unlinked: number;
  /** Dropped because the lane that held them died. */
  readonly laneLost: number;
  /** Frames in the link. While an end is at work, less by what left during the reading. */
  readonly queued: number;
}

/**
 * @param index of the link's record
 * @param quiesced neither end is at work any more: what is counted is taken as it is, and `queued` is below 0 where more
 * frames have left than came
 */
export function readLinkCounts(page: ControlPage, index: number, quiesced = false): LinkCounts {
  const at = index64(page.linkOffset(index));
  const { f64 } = page;
  const came = f64[at + WRITTEN];

  const read = f64[at + READ];
  const full = f64[at + DROPPED_FULL] + f64[at + TO_KEY];
  const skipped = f64[at + SKIPPED];
  const unlinked = f64[at + UNLINKED];
  const laneLost = f64[at + LANE_LOST];
  const gone = read + full + skipped + unlinked + laneLost;
  // A frame that left had come before, even if it came after the counts were read.
  const written = quiesced ? came : Math.max(came, gone);
  return { written, read, full, skipped, unlinked, laneLost, queued: written - gone };
}
