/**
 * The pools that a node's outputs take slots from: one for all outputs, or one for each named output.
 *
 * @module
 */
/** The name of a pool, or of pools by the outputs that take slots from them. */
export type NodePools = string | { readonly [output: string]: string };

/** Returns the pool of an output; `undefined` for the pool of its kind. */
export function poolOfOutput(pools: NodePools | undefined, output: string | undefined): string | undefined {
  if (typeof pools !== "object") return pools;
  return output !== undefined && Object.hasOwn(pools, output) ? pools[output] : undefined;
}

/** Returns the pool of a node that has one output; `undefined` for the pool of its kind. */
export function solePool(pools: NodePools | undefined): string | undefined {
  return typeof pools === "object" ? Object.values(pools)[0] : pools;
}
