/**
 * The state that a node hands on to a replacing instance.
 *
 * @module
 */

/**
 * The state that other instances of a node can take over. `all`: its whole state, since it has nothing to close that
 * two instances could not both have open. `state`: its snapshot alone. `nothing`. `takes`: a node that takes over a
 * state but gives none.
 */
export type Carries = "all" | "state" | "takes" | "nothing";
