/**
 * Nodes and links in words, for those who hear the page.
 *
 * @module
 */
import type { GraphSnapshot, LinkInfo } from "../../control/schemas/graph.ts";
import { formatRate, UNKNOWN } from "./format_figures.ts";
import type { GraphFigures } from "./graph_figures.ts";
import { HEALTH_MARKS } from "./health.ts";

/** Neighbours that are named; of more only the number. */
const MAX_NAMED = 4;

/** A link by its ends: `mixer.audioOut → gain.audioIn`. */
export function linkName({ fromNode, fromPort, toNode, toPort }: LinkInfo): string {
  return `${fromNode}.${fromPort} → ${toNode}.${toPort}`;
}

/** A node: its name, type, lane, condition, rate, and what it is linked to. */
export function describeNode(graph: GraphSnapshot, figures: GraphFigures | undefined, index: number): string {
  const { id, type, lane } = graph.nodes[index];
  const now = figures?.node(index);
  const rate = now === undefined ? UNKNOWN : formatRate(now.ticksPerSecond);
  const parts = [id, type, `lane ${lane}`];
  if (now?.awaits !== undefined) parts.push(`waiting for a link to ${now.awaits}`);
  else if (now !== undefined) parts.push(HEALTH_MARKS[now.health].word);
  if (rate !== UNKNOWN) parts.push(`${rate.replace("/s", "")} ticks a second`);
  const from = graph.links.filter(({ toNode }) => toNode === id).map(({ fromNode }) => fromNode);
  const to = graph.links.filter(({ fromNode }) => fromNode === id).map(({ toNode }) => toNode);
  if (from.length > 0) parts.push(`from ${names(from)}`);
  if (to.length > 0) parts.push(`to ${names(to)}`);
  return parts.join(", ");
}

/** A port, and where the links of it lead: `Output tone.audio, to meter.audioIn`. */
export function describePort(
  side: "in" | "out",
  address: string,
  links: readonly Pick<LinkInfo, "fromNode" | "fromPort" | "toNode" | "toPort">[],
): string {
  const [what, way] = side === "in" ? ["Input", "from"] : ["Output", "to"];
  const ends = links.map(({ fromNode, fromPort, toNode, toPort }) =>
    side === "in" ? `${fromNode}.${fromPort}` : `${toNode}.${toPort}`
  );
  if (ends.length === 0) return `${what} ${address}, no link`;
  return `${what} ${address}, ${way} ${ends.length <= MAX_NAMED ? ends.join(" and ") : `${ends.length} ports`}`;
}

function names(ids: readonly string[]): string {
  const each = [...new Set(ids)];
  return each.length <= MAX_NAMED ? each.join(" and ") : `${each.length} nodes`;
}
