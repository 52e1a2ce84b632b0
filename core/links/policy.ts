/**
 * The policy of a link: what it does when it is full, and its default capacity.
 *
 * @module
 */
import type { FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";

/**
 * `roll-off` drops the oldest frame and writes the new one. `latest` is `roll-off` with one place. `drop-newest` drops
 * the new frame. `lossless` does not run the writer until there is room.
 */
export type LinkPolicy = "roll-off" | "latest" | "drop-newest" | "lossless";

/** All policies, for messages and schemas. */
export const LINK_POLICIES: readonly LinkPolicy[] = ["roll-off", "latest", "drop-newest", "lossless"];

/** Whether a full link of the policy drops its oldest frame to make room, rather than refuse the new one. */
export function evicts(policy: LinkPolicy): boolean {
  return policy === "roll-off" || policy === "latest";
}

/** How a graph treats time: `live` follows the clock, `offline` runs as fast as its links allow. */
export type GraphMode = "live" | "offline";

/** Options of a link. */
export interface LinkOptions {
  /** By default `roll-off` in a live graph and `lossless` in an offline one. */
  readonly policy?: LinkPolicy;
  /** How many frames fit, 1 to 65,536; by default {@linkcode defaultCapacity}. Always 1 for `latest`. */
  readonly capacity?: number;
}

/** The most frames that a link holds. */
export const MAX_LINK_CAPACITY = 65_536;

/** How many frames a link holds by default. */
export function defaultCapacity(kind: FrameKind): number {
  return KIND_FACTS[kind].capacity;
}
