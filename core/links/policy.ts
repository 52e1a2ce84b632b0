/**
 * The policies of links, one line each: the action of a full link; and the capacities of links.
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

/** The pace of a graph: `live` follows the clock, `offline` runs as fast as its links allow. */
export type GraphMode = "live" | "offline";

/** The properties of a policy. */
export interface PolicyFacts {
  /**
   * The action of a full link when a frame arrives: drops its oldest frame, drops the new one, or makes the writer
   * wait.
   */
  readonly whenFull: "drop-oldest" | "drop-new" | "wait";
  /** Frames that a link holds, whatever its kind; absent if the capacity can be chosen. */
  readonly places?: number;
  /** True if a frame that is dropped for a newer one counts as skipped, not as lost. */
  readonly skips?: true;
  /** The mode of graphs whose links have the policy by default. */
  readonly mode?: GraphMode;
}

/** The policies, in the order in which messages list them. */
export const POLICY_FACTS: { readonly [P in LinkPolicy]: PolicyFacts } = {
  "roll-off": { whenFull: "drop-oldest", mode: "live" },
  "latest": { whenFull: "drop-oldest", places: 1, skips: true },
  "drop-newest": { whenFull: "drop-new" },
  "lossless": { whenFull: "wait", mode: "offline" },
};

/** All policies, for messages and schemas. */
export const LINK_POLICIES: readonly LinkPolicy[] = Object.keys(POLICY_FACTS) as LinkPolicy[];

/** True if a full link of the policy drops its oldest frame to make room, rather than refuse the new one. */
export function evicts(policy: LinkPolicy): boolean {
  return POLICY_FACTS[policy].whenFull === "drop-oldest";
}

/** True if the writer of a full link of the policy waits for room. */
export function waitsForRoom(policy: LinkPolicy): boolean {
  return POLICY_FACTS[policy].whenFull === "wait";
}

/** Returns the policy of links that name none. */
export function defaultPolicy(mode: GraphMode): LinkPolicy {
  return LINK_POLICIES.find((policy) => POLICY_FACTS[policy].mode === mode)!;
}

/**
 * The frames that a link holds, 1 to 65,536: a number; `"byKind"`, the default for the kind of frame or twice the
 * output's burst if that is more; a number for each of some kinds, with `"byKind"` for the others; or a function that
 * returns the number for a link.
 */
export type LinkCapacity =
  | number
  | "byKind"
  | { readonly byKind: { readonly [K in FrameKind]?: number } }
  | ((link: {
    /** The output, as `node.port`. */
    readonly from: string;
    /** The input, as `node.port`. */
    readonly to: string;
    /** The kind of its frames. */
    readonly kind: FrameKind;
    /** Its policy. */
    readonly policy: LinkPolicy;
    /** The most frames that the output writes in one tick. */
    readonly burst: number;
  }) => number);

/** Options of a link. */
export interface LinkOptions {
  /** By default `roll-off` in a live graph and `lossless` in an offline one. */
  readonly policy?: LinkPolicy;
  /** The number of frames that fit; by default that of the runtime. Always 1 for `latest`. */
  readonly capacity?: LinkCapacity;
  /**
   * `auto` inserts converting nodes if the input takes other formats, `off` does not; by default the choice of the
   * runtime.
   */
  readonly convert?: "auto" | "off";
}

/**
 * The choice of converting nodes between two nodes with different formats: `auto` inserts them if the graph asks for
 * conversion and a converter exists, `off` never does.
 */
export type ConvertChoice = "auto" | "off";

/** The choices. */
export const CONVERT_CHOICES: readonly ConvertChoice[] = ["auto", "off"];

/** The most frames that a link holds. */
export const MAX_LINK_CAPACITY = 65_536;

/**
 * The most blocks of audio that the writer of a link to a hidden node keeps before it gives them all at once: they are
 * held beyond the link's capacity.
 */
export const MOST_LINGERING = 8;

/** Returns how many frames a link holds by default. */
export function defaultCapacity(kind: FrameKind): number {
  return KIND_FACTS[kind].capacity;
}
