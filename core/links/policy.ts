/**
 * The policies of links: what a link does when it is full, one line a policy, and how many frames it holds.
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

/** How a graph treats time: `live` follows the clock, `offline` runs as fast as its links allow. */
export type GraphMode = "live" | "offline";

/** What is known of a policy. */
export interface PolicyFacts {
  /** What a full link does when a frame comes: it drops its oldest frame or the new one, or its writer waits for room. */
  readonly whenFull: "drop-oldest" | "drop-new" | "wait";
  /** Frames that a link holds, whatever its kind; absent where the capacity can be chosen. */
  readonly places?: number;
  /** Whether a frame that is dropped for a newer one is no loss. */
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

/** Whether a full link of the policy drops its oldest frame to make room, rather than refuse the new one. */
export function evicts(policy: LinkPolicy): boolean {
  return POLICY_FACTS[policy].whenFull === "drop-oldest";
}

/** Whether the writer of a full link of the policy waits until there is room. */
export function waitsForRoom(policy: LinkPolicy): boolean {
  return POLICY_FACTS[policy].whenFull === "wait";
}

/** The policy of links that name none. */
export function defaultPolicy(mode: GraphMode): LinkPolicy {
  return LINK_POLICIES.find((policy) => POLICY_FACTS[policy].mode === mode)!;
}

/**
 * How many frames a link holds, 1 to 65,536: a number; `"byKind"`, as suits the kind of frame, and twice what the output
 * writes at once if that is more; numbers for some kinds, and for the others the same; or what a function gives for a
 * link.
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
    /** What it carries. */
    readonly kind: FrameKind;
    /** What it does when it is full. */
    readonly policy: LinkPolicy;
    /** The most frames that the output writes at once. */
    readonly burst: number;
  }) => number);

/** Options of a link. */
export interface LinkOptions {
  /** By default `roll-off` in a live graph and `lossless` in an offline one. */
  readonly policy?: LinkPolicy;
  /** How many frames fit; by default as the runtime has it. Always 1 for `latest`. */
  readonly capacity?: LinkCapacity;
  /** Whether nodes that convert are put between where the input takes other formats; by default as the runtime has it. */
  readonly convert?: "auto" | "off";
}

/**
 * Whether nodes that convert are put between two that take and give different formats: `auto` where they are wanted and
 * there are some, `off` not.
 */
export type ConvertChoice = "auto" | "off";

/** The choices. */
export const CONVERT_CHOICES: readonly ConvertChoice[] = ["auto", "off"];

/** The most frames that a link holds. */
export const MAX_LINK_CAPACITY = 65_536;

/** How many frames a link holds by default. */
export function defaultCapacity(kind: FrameKind): number {
  return KIND_FACTS[kind].capacity;
}
