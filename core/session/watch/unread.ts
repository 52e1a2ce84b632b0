/**
 * Finds a graph that waits for its script to read a sink. The link to the sink is full, so its writer waits, and soon
 * all nodes upstream, including a `push()` that the script awaits.
 *
 * @module
 */
import { BLOCKED } from "../../../ffi/layout.gen.ts";
import type { LinkEntry } from "../../graph/entries.ts";
import type { Topology } from "../../topology.ts";
import { lasting, type PageSample, type Steady } from "./page_sample.ts";

/** The type of sinks that a script reads. */
const APP_SINK = "app-sink";

/**
 * Returns the full links to sinks that no script has begun to read, and for how long the writer of each has waited.
 *
 * @param before the result of the look before
 * @param stepNs the time since, on a clock that stops while the graph is paused, nanoseconds
 */
export function unreadSinks(
  before: ReadonlyMap<LinkEntry, Steady>,
  { nodes, links }: PageSample,
  topology: Topology,
  stepNs: number,
): Map<LinkEntry, Steady> {
  const full = links.entries().filter(([{ index, fromNode, toNode }, { read }]) => {
    if (read > 0 || topology.nodes.get(toNode)?.type.descriptor.type !== APP_SINK) return false;
    const writer = nodes.get(topology.node(fromNode))!;
    return writer.blockedKind === BLOCKED.link && writer.blockedId === index;
  });
  return lasting(before, full.map(([link]) => [link, ""] as const), stepNs);
}

/** Describes a sink that is not read. */
export function describeUnread({ fromNode, toNode, capacity }: LinkEntry, { forNs }: Steady): string {
  return `The script has not begun to read "${toNode}", so that "${fromNode}" has waited for ` +
    `${
      Math.floor(forNs / 1e6)
    } ms: the link between them is full with ${capacity} frames, and push() waits, too, once ` +
    `all links before it are; read it ("for await (const frame of …)") while you push`;
}
