/**
 * Attaches and detaches the ends of links of a lane's nodes, and counts frames lost with other ends.
 *
 * @module
 */
import { LocalLink } from "../../links/local_link.ts";
import { RingLinkReader, RingLinkWriter } from "../../links/ring_link.ts";
import { countLaneLost } from "../../memory/reclaim.ts";
import type { Lane } from "./lane.ts";
import type { LaneEdit, LinkEndPlan } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/**
 * Makes the end or ends of a link that are on this lane, and attaches them. Tells a writer that its reader has ended
 * only if the link was closed before, on another ring or by a lost thread: {@linkcode linkLate} handles the other
 * cases.
 */
export function attachLink(lane: Lane, cells: ReadonlyMap<string, NodeCell>, plan: LinkEndPlan): void {
  const { link, end, otherLane } = plan;
  const writerCell = cells.get(link.fromNode);
  const readerCell = cells.get(link.toNode);
  const output = writerCell?.outputs.find((port) => port.name === link.fromPort);
  const input = readerCell?.inputs.find((port) => port.name === link.toPort);
  if (end === "local") {
    const local = new LocalLink(link, lane.page);
    local.writer = writerCell;
    local.reader = readerCell;
    output!.attach(local);
    input!.attach(local);
    if (writerCell!.ended || lane.page.isEos(link.index)) local.end();
    if (lane.page.isClosed(link.index)) local.close();
  } else if (end === "writer") {
    const writer = new RingLinkWriter(link, lane, otherLane);
    writer.writer = writerCell;
    lane.wakeables[link.writerBit] = writerCell;
    output!.attach(writer);
    if (writerCell!.ended) writer.end();
  } else {
    const reader = new RingLinkReader(link, lane, otherLane);
    reader.reader = readerCell;
    lane.wakeables[link.readerBit] = readerCell;
    input!.attach(reader);
    if (lane.page.isClosed(link.index)) reader.close();
  }
}

/**
 * Handles a link that is new to the graph. If its reader has ended meanwhile, or is about to, the writer is not told,
 * so that no source ends by it: the writer's frames are dropped.
 */
export function linkLate(cells: ReadonlyMap<string, NodeCell>, { link, end }: LinkEndPlan): void {
  const reader = end === "writer" ? undefined : cells.get(link.toNode);
  if (reader?.finishing !== true) return;
  reader.inputs.find((port) => port.name === link.toPort)!.isLate = true;
}

/** Detaches the end or ends of a link that are on this lane. Frames left there are counted as unlinked. */
export function detachLink(lane: Lane, cells: ReadonlyMap<string, NodeCell>, plan: LinkEndPlan): void {
  const { link, end } = plan;
  if (end !== "reader") {
    const output = cells.get(link.fromNode)?.outputs.find((port) => port.name === link.fromPort);
    output?.detach(link.index)?.flush();
    if (end === "writer") lane.wakeables[link.writerBit] = undefined;
  }
  if (end === "writer") return;
  const input = cells.get(link.toNode)?.inputs.find((port) => port.name === link.toPort);
  input?.link?.discard();
  input?.detach();
  if (end === "reader") lane.wakeables[link.readerBit] = undefined;
}

/** Counts the frames that were lost with the lanes at the other ends. */
export function countLost(lane: Lane, cells: ReadonlyMap<string, NodeCell>, ends: LaneEdit["lost"]): void {
  if (ends.length === 0) return;
  lane.flushWriters();
  lane.publish();
  for (const { end: { link, end }, kept } of ends) {
    const input = end === "reader"
      ? cells.get(link.toNode)?.inputs.find(({ name }) => name === link.toPort)
      : undefined;
    const queued = !kept ? 0 : input?.link?.available() ?? lane.driver.openReader(link.ring!).available();
    countLaneLost(lane.page, link.index, queued);
  }
}
