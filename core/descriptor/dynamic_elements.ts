/**
 * Which elements a dynamic port of a node has.
 *
 * @module
 */
import type { FrameKind } from "../frames/format.ts";

/** The elements of a dynamic port of one node. */
export interface DynamicElements {
  /** Their numbers, ascending. */
  readonly numbers: readonly number[];
  /** The number of the element that is added next. */
  readonly next: number;
  /** For elements with names of their own: what each carries, in the order in which they were added. */
  readonly named?: { readonly [name: string]: FrameKind };
}

/** The elements that a dynamic port starts with. */
export function initialElements({ initial }: { readonly initial: number }): DynamicElements {
  return { numbers: Array.from({ length: initial }, (_, k) => k), next: initial };
}
