/**
 * What a link dropped, by reason, in words.
 *
 * @module
 */
import type { Columns } from "../../control/stats_frame.ts";

/** Frames that a link dropped for one reason. */
export interface DropReason {
  /** In a word or two: `full`, `skipped`. */
  readonly reason: string;
  /** In a sentence. */
  readonly meaning: string;
  readonly count: number;
}

const REASONS = [
  ["droppedFull", "full", "The link was full, and its policy chose these"],
  ["droppedSkipped", "skipped", "The reader took a newer frame, or came to its end"],
  ["droppedUnlinked", "unlinked", "The link was removed"],
  ["droppedLaneLost", "lane lost", "The lane that had them died"],
] as const;

/** The reasons for which a link has dropped anything. */
export function dropReasons(links: Columns<"links">, index: number): DropReason[] {
  return REASONS.flatMap(([column, reason, meaning]) => {
    const count = links[column][index];
    return count > 0 ? [{ reason, meaning, count }] : [];
  });
}
