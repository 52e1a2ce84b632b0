/**
 * Finds how many frames wait on the links into delaying nodes, by their configuration: `delayMs` in a live graph, and
 * `delayFrames`.
 *
 * @module
 */
import type { GraphMode } from "../links/policy.ts";
import type { LinkWait } from "../links/capacity.ts";
import type { NodeEntry } from "./entries.ts";

/** Returns the wait on the links into a node; `undefined` for a node that does not delay. */
export function waitBefore(
  { type, config }: Pick<NodeEntry, "type" | "config">,
  mode: GraphMode,
): LinkWait | undefined {
  const { delays, config: { properties } } = type.descriptor;
  if (delays !== true) return undefined;
  const numberOf = (key: string, otherwise: number) => {
    const value = config[key] ?? properties[key]?.default;
    return typeof value === "number" ? value : otherwise;
  };
  // Offline, a delay changes times but holds no frame back.
  return { ms: mode === "offline" ? 0 : numberOf("delayMs", 0), frames: numberOf("delayFrames", 1) };
}
