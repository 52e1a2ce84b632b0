/**
 * What a node is doing at a moment.
 *
 * @module
 */

/**
 * What a node is doing, as the control page shows it. `idle`: it waits for frames or for a time. `running`: it is, or
 * is about to be, run. `awaiting`: its asynchronous `process()` has not settled. `waiting`: nothing leads to an input
 * without which it is not run; `input` is the port's name. `blocked`: it is not run until the
 * link has room, or the pool a free slot; `name` is the link's id or the pool's name. `stuck`: a call, or
 * what goes on in it after an `await`, has held the lane's thread for `forMs` milliseconds.
 */
export type NodeActivity =
  | { readonly kind: "idle" | "running" | "awaiting" }
  | { readonly kind: "waiting"; readonly input: string }
  | { readonly kind: "blocked"; readonly on: "link" | "pool"; readonly name: string }
  | { readonly kind: "stuck"; readonly forMs: number };
