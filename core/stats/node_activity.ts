/**
 * The present activity of a node.
 *
 * @module
 */

/**
 * The activity of a node, as the control page shows it. `idle`: it waits for frames or for a time. `running`: it is
 * run, or about to be. `awaiting`: its asynchronous `process()` has not settled. `waiting`: no link leads to a required
 * input; `input` is the port's name. `blocked`: it is not run until the link has room, or the pool a free slot; `name`
 * is the link's id or the pool's name. `stuck`: a call, or its continuation after an `await`, has held the lane's
 * thread for `forMs` milliseconds.
 */
export type NodeActivity =
  | { readonly kind: "idle" | "running" | "awaiting" }
  | { readonly kind: "waiting"; readonly input: string }
  | { readonly kind: "blocked"; readonly on: "link" | "pool"; readonly name: string }
  | { readonly kind: "stuck"; readonly forMs: number };
