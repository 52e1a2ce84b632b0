/**
 * Which elements a dynamic port of a node has.
 *
 * @module
 */

/** The elements of a dynamic port of one node. */
export interface DynamicElements {
  /** Their numbers, ascending. */
  readonly numbers: readonly number[];
  /** The number of the element that is added next. */
  readonly next: number;
}

/** The elements that a dynamic port starts with. */
export function initialElements({ initial }: { readonly initial: number }): DynamicElements {
  return { numbers: Array.from({ length: initial }, (_, k) => k), next: initial };
}
