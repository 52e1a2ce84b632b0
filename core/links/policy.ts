/**
 * What a link does when it is full, and how large it is where nobody says so.
 *
 * @module
 */
import type { FrameKind } from "../frames/format.ts";

/**
 * `roll-off`: the oldest frame is dropped and the new one written. `latest`: as roll-off, with one place.
 * `drop-newest`: the new frame is dropped. `lossless`: the writer is not run until there is room.
 */
export type LinkPolicy = "roll-off" | "latest" | "drop-newest" | "lossless";

/** All policies, for messages and schemas. */
export const LINK_POLICIES: readonly LinkPolicy[] = ["roll-off", "latest", "drop-newest", "lossless"];

/** Whether a full link of the policy takes out the oldest frame to make room, rather than refuse the new one. */
export function evicts(policy: LinkPolicy): boolean {
  return policy === "roll-off" || policy === "latest";
}

/** How a graph treats time: `live` by the clock, `offline` as fast as its links allow. */
export type GraphMode = "live" | "offline";

/** Options of a link. */
export interface LinkOptions {
  /** By default `roll-off` in a live graph and `lossless` in an offline one. */
  readonly policy?: LinkPolicy;
  /** Frames that fit, 1 to 65,536; by default {@linkcode defaultCapacity}. Always 1 for `latest`. */
  readonly capacity?: number;
}

/** Most frames that a link holds. */
export const MAX_LINK_CAPACITY = 65_536;

/** Frames that a link holds by default: about 170 ms of audio in blocks of 1,024 at 48 kHz. */
export function defaultCapacity(kind: FrameKind): number {
  switch (kind) {
    case "audio":
      return 8;
    case "video":
      return 4;
    case "encoded":
    case "packet":
      return 32;
    case "data":
      return 16;
  }
}
