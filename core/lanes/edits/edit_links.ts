/**
 * What an edit does with the links of a lane's nodes when nodes are replaced or lanes are lost.
 *
 * @module
 */
import type { LinkPlan } from "../../links/link.ts";
import type { LocalLink } from "../../links/local_link.ts";
import { countLaneLost } from "../../memory/reclaim.ts";
import { explain } from "../cells/explain.ts";
import type { Lane } from "../lane/lane.ts";
import type { LaneEdit } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/**
 * Makes what is queued on a link within this lane fit to be sent to another one.
 *
 * @throws why a frame cannot be sent, with the node that was to read it
 */
export function serializeQueued(lane: Lane, { toNode, toPort }: LinkPlan): void {
  const reader = lane.cells.find(({ id }) => id === toNode);
  const link = reader?.inputs.find(({ name }) => name === toPort)?.link as LocalLink | undefined;
  try {
    link?.serialize();
  } catch (error) {
    throw explain(error, reader!, "being given another lane");
  }
}

/** Hands the links of a node over to its successor, with the frames in them. */
export function moveLinks(lane: Lane, from: NodeCell, to: NodeCell): void {
  for (const input of from.inputs) {
    const { link } = input;
    if (link === undefined) continue;
    input.detach();
    link.reader = to;
    if (link.plan.ring !== undefined) lane.wakeables[link.plan.readerBit] = to;
    to.inputs.find(({ name }) => name === input.name)!.attach(link);
  }
  for (const output of from.outputs) {
    for (const link of [...output.links]) {
      output.detach(link.plan.index);
      link.writer = to;
      if (link.plan.ring !== undefined) lane.wakeables[link.plan.writerBit] = to;
      to.outputs.find(({ name }) => name === output.name)!.attach(link);
    }
  }
}

/**
 * Notes on links that stay whether they close a loop. Links whose readers have yet to arrive get that with their ends.
 */
export function noteLoops(cells: ReadonlyMap<string, NodeCell>, loops: LaneEdit["loops"]): void {
  for (const { node, port, closes } of loops) {
    const link = cells.get(node)?.inputs.find(({ name }) => name === port)?.link;
    if (link !== undefined) link.plan = { ...link.plan, feedback: closes };
  }
}

/** Counts the frames that went with the lanes at the other ends. */
export function countLost(
  lane: Lane,
  cells: ReadonlyMap<string, NodeCell>,
  ends: LaneEdit["settle"],
): void {
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
