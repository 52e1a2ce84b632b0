/**
 * What a link dropped, by reason, in words.
 *
 * @module
 */
import type { Columns } from "../../control/schemas/stats_frame.ts";

/** Frames that a link dropped for one reason. */
export interface DropReason {
  /** In a word or two: `full`, `skipped`. */
  readonly reason: string;
  /** In a sentence. */
  readonly meaning: string;
  readonly count: number;
  /** Whether somebody may have wanted these frames: what a policy or an edit leaves out is no fault. */
  readonly isLoss: boolean;
}

const REASONS = [
  ["droppedFull", "full", "The link was full, and its policy chose these", true],
  ["droppedSkipped", "skipped", "The reader took a newer frame, or ended", false],
  ["droppedUnlinked", "unlinked", "The link was removed", false],
  ["droppedLaneLost", "lane lost", "The lane that had them died", true],
] as const;

/** The reasons for which a link has dropped anything. */
export function dropReasons(links: Columns<"links">, index: number): DropReason[] {
  return REASONS.flatMap(([column, reason, meaning, isLoss]) => {
    const count = links[column][index];
    return count > 0 ? [{ reason, meaning, count, isLoss }] : [];
  });
}
