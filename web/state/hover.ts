/**
 * What the pointer is over in the graph.
 *
 * @module
 */
import { signal } from "@preact/signals";

/** Index of the node under the pointer; -1 for none. */
export const hoveredNode = signal(-1);

/** Index of the link under the pointer; -1 for none. */
export const hoveredLink = signal(-1);
