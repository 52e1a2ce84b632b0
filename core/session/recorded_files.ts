/**
 * The files that nodes of this process have recorded to their end, in runs of any graph: a later run does not overwrite
 * them. The set lasts as long as the process.
 *
 * @module
 */

/** Absolute paths. */
export const RECORDED_FILES: Set<string> = new Set();
