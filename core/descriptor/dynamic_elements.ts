/**
 * The elements of a node's dynamic port.
 *
 * @module
 */
import type { FrameKind } from "../frames/format.ts";

/** The elements of a dynamic port of one node. */
export interface DynamicElements {
  /** The elements' numbers, ascending. */
  readonly numbers: readonly number[];
  /** The number of the next element. */
  readonly next: number;
  /** For elements with names of their own: the kind of each, in the order in which they were added. */
  readonly named?: { readonly [name: string]: FrameKind };
}

/** Returns the initial elements of a dynamic port. */
export function initialElements({ initial }: { readonly initial: number }): DynamicElements {
  return { numbers: Array.from({ length: initial }, (_, k) => k), next: initial };
}
