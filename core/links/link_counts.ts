/**
 * Reads the counts of a link from the control page, also while its ends are at work.
 *
 * Each end updates its counts alone, so no single instant has all of them. This reader loads the counts of arrived
 * frames before the counts of frames that left, and each end publishes departures before arrivals. So a frame that has
 * left never counts as queued, and a link never seems to hold more than it does.
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

/** The frames of a link, by outcome. `written` is the sum of the others. */
export interface LinkCounts {
  /** Frames that were given to the link. While an end is at work, at least the number known to have left it. */
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
  /** Frames in the link. While an end is at work, reduced by the frames that left during the reading. */
  readonly queued: number;
}

/**
 * Reads the counts of one link.
 *
 * @param index of the link's record
 * @param quiesced neither end is at work: the counts are returned as they are, and `queued` is negative if more frames
 * have left than arrived
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
  // A frame that left must have arrived, even if it arrived after its count was read.
  const written = quiesced ? came : Math.max(came, gone);
  return { written, read, full, skipped, unlinked, laneLost, queued: written - gone };
}
