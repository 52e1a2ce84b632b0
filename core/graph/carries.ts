/**
 * What a node hands on when another instance takes its place.
 *
 * @module
 */

/**
 * What other instances of a node can go on from: `all` that it has, since it has nothing to close that two of them might
 * not have at a time; its `state` alone; `nothing`. A node that `takes` a state gives none.
 */
export type Carries = "all" | "state" | "takes" | "nothing";
