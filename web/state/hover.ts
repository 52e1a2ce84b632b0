/**
 * What the pointer is over in the graph.
 *
 * @module
 */
import { signal } from "@preact/signals";

/** Index in the scene of the node under the pointer, or -1. */
export const hoveredNode = signal(-1);

/** Index in the scene of the link under the pointer, or -1. */
export const hoveredLink = signal(-1);

/** The lane whose title is under the pointer. */
export const hoveredLane = signal<string | undefined>(undefined);
