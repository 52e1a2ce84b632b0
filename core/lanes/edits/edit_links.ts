/**
 * What an edit does with the links of a lane's nodes when nodes change places or lanes have gone.
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
 * Sees to it that what is queued on a link within this lane can be sent to another one.
 *
 * @throws where it cannot, with the node that was to read it
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

/** Gives a node the links of another, with the frames in them. */
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
 * Says of links that stay whether they close a loop. Those whose readers have yet to come say so when they are taken
 * up.
 */
export function noteLoops(cells: ReadonlyMap<string, NodeCell>, loops: LaneEdit["loops"]): void {
  for (const { node, port, closes } of loops) {
    const link = cells.get(node)?.inputs.find(({ name }) => name === port)?.link;
    if (link !== undefined) link.plan = { ...link.plan, feedback: closes };
  }
}

/** Counts what went with the lanes at the other ends. */
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
