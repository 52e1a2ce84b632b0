/**
 * How live nodes connect again.
 *
 * @module
 */

/** The pause before the first further try, and the longest, which it doubles up to; seconds. */
export const [FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS] = [0.25, 5];
/** After how long a peer that does not answer, or a stream of which nothing comes, counts as gone; milliseconds. */
export const SILENCE_MS = 4000;
