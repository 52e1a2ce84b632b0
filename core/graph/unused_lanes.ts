/**
 * Warns of lanes with options but without nodes: their options, such as a priority, then have no effect.
 *
 * @module
 */
import { logger } from "../log.ts";
import { didYouMean } from "../errors/suggestion.ts";
import type { Topology } from "../topology.ts";
import { AUTO_LANE, MAIN_LANE } from "../placement/lane_choice.ts";

/** Logs the warning of {@linkcode unusedLanes} for a graph. */
export function warnOfUnusedLanes({ lanes, nodes }: Pick<Topology, "lanes" | "nodes">): void {
  const words = unusedLanes(Object.keys(lanes), new Set([...nodes.values()].map(({ lane }) => lane)));
  if (words !== undefined) logger("runtime").warn(words);
}

/**
 * Returns the warning; `undefined` if every lane is used.
 *
 * @param named lanes with options
 * @param used lanes of nodes
 */
export function unusedLanes(named: Iterable<string>, used: ReadonlySet<string>): string | undefined {
  const strange = [...named].filter((name) => name !== MAIN_LANE && name !== AUTO_LANE && !used.has(name));
  if (strange.length === 0) return undefined;
  const free = new Set(used).difference(new Set(named));
  return `No node uses ${strange.map((name) => `lane "${name}"${didYouMean(name, free)}`).join(", ")}`;
}
