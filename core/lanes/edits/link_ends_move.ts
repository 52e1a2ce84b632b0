/**
 * Moves the ends of links of nodes that hand over, on this lane or between lanes (`link_move.ts` has the protocol). All
 * of it but `serializeQueued()` runs between two ticks. An end that stays on its lane stays attached, so that an
 * asynchronous tick under way can continue to write and read.
 *
 * @module
 */
import type { Driver, RingToken } from "../../driver/driver.ts";
import { framesOf } from "../../links/entry_frames.ts";
import type { LinkPlan } from "../../links/link.ts";
import type { LinkMove, LinkRest } from "../../links/link_move.ts";
import type { LocalLink } from "../../links/local_link.ts";
import { RingLinkReader, type RingLinkWriter } from "../../links/ring_link.ts";
import type { InputPort } from "../../ports/input_port.ts";
import type { OutputPort } from "../../ports/output_port.ts";
import type { Lane } from "../lane/lane.ts";
import { attachLink } from "../lane/link_ends.ts";
import { explain } from "../cells/call_outcome.ts";
import type { NodeCell } from "../cells/node_cell.ts";

type Cells = ReadonlyMap<string, NodeCell>;

/** Hands the links of a node over to its successor on the same lane, with the frames in them. */
export function handOverLinks(lane: Lane, from: NodeCell, to: NodeCell): void {
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
 * Prepares the queued frames of a link within this lane for another lane.
 *
 * @throws the reason why a frame cannot be sent, with the node that was to read it
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

/**
 * Detaches this lane's ends of a link.
 *
 * @param lent how many frames in front were lent to the reading node on its new lane: none of them may be dropped
 * @param failed receives the reason if a frame cannot be sent to another lane
 * @returns the state for the lanes that get the ends; `undefined` for none
 */
export function detachMovedLink(
  lane: Lane,
  cells: Cells,
  move: LinkMove,
  lent: number,
  failed: (error: unknown) => void,
): LinkRest | undefined {
  const { before, writer, reader } = move;
  if (before.ring === undefined) return leaveLane(lane, cells, move, lent, failed);
  let rest: LinkRest | undefined;
  if (writer.from === lane.index) rest = detachWriter(lane, cells, move);
  if (reader.from === lane.index) rest = detachReader(lane, cells, move);
  return rest;
}

/** Attaches the ends of a link that this lane gets. Every lane has detached its own ends before. */
export function attachMovedLink(lane: Lane, cells: Cells, move: LinkMove, rest: LinkRest): void {
  const { after, writer, reader } = move;
  if (after.ring === undefined) {
    joinLane(lane, cells, move, rest);
    return;
  }
  if (writer.to === lane.index && writer.from !== lane.index) attachWriter(lane, cells, move).attach(rest);
  if (reader.to === lane.index && reader.from !== lane.index) attachReader(lane, cells, move).attach(rest);
}

/** Turns a link within this lane into one between two lanes, or within another lane. */
function leaveLane(
  lane: Lane,
  cells: Cells,
  move: LinkMove,
  lent: number,
  failed: (error: unknown) => void,
): LinkRest {
  const { after, writer, reader } = move;
  const input = inputOf(cells, move);
  const output = outputOf(cells, move);
  const local = input.link as LocalLink;
  const { owed } = local;
  const rest = local.detach(failed);
  output.detach(after.index);
  if (after.ring === undefined) {
    input.detach();
    return rest;
  }
  const left = { ...rest, entries: fillRing(lane.driver, after.ring, rest.entries, after.capacity - owed, lent) };
  if (writer.to === lane.index) attachWriter(lane, cells, move).attach(left);
  if (reader.to === lane.index) attachReader(lane, cells, move).attach(left);
  else input.detach();
  return reader.to === lane.index ? { ...left, entries: [] } : left;
}

/**
 * Puts the newest entries into a ring.
 *
 * @param ring an empty one
 * @param most how many to put there
 * @param kept how many of the oldest to leave out in any case
 * @returns the entries left out, which are the oldest
 */
function fillRing(
  driver: Driver,
  ring: RingToken,
  entries: readonly number[],
  most: number,
  kept: number,
): readonly number[] {
  const first = Math.max(kept, entries.length - most);
  const writer = driver.openWriter(ring);
  for (const entry of entries.slice(first)) writer.push(entry);
  return entries.slice(0, first);
}

function detachWriter(lane: Lane, cells: Cells, move: LinkMove): LinkRest | undefined {
  const { before, after, writer, reader } = move;
  const output = outputOf(cells, move);
  if (writer.to === lane.index) {
    const own = output.links.find(({ plan }) => plan.index === after.index) as RingLinkWriter | undefined;
    if (after.ring !== undefined) own?.retarget(after, reader.to);
    return undefined;
  }
  lane.wakeables[before.writerBit] = undefined;
  return (output.detach(after.index) as RingLinkWriter).detach();
}

function detachReader(lane: Lane, cells: Cells, move: LinkMove): LinkRest | undefined {
  const { before, after, writer, reader } = move;
  const input = inputOf(cells, move);
  const own = input.link as RingLinkReader;
  if (reader.to === lane.index) {
    if (after.ring !== undefined) own.retarget(after, writer.to);
    return undefined;
  }
  lane.wakeables[before.readerBit] = undefined;
  input.detach();
  return own.detach();
}

/** Turns a link between two lanes, or within another lane, into one within this lane. */
function joinLane(lane: Lane, cells: Cells, move: LinkMove, rest: LinkRest): void {
  const { before, after, writer, reader } = move;
  const input = inputOf(cells, move);
  const output = outputOf(cells, move);
  let taken: ReturnType<RingLinkReader["takeAll"]>;
  let writerRest = rest;
  let room = 0;
  if (before.ring === undefined) taken = { frames: framesOf(after, rest.entries, lane.pools), rest };
  else {
    if (writer.from === lane.index) {
      const own = output.detach(after.index) as RingLinkWriter | undefined;
      room = own?.room() ?? 0;
      // Entries that the writer has staged enter the ring first.
      writerRest = own?.detach() ?? rest;
      lane.wakeables[before.writerBit] = undefined;
    }
    let end = input.link as RingLinkReader;
    if (reader.from === lane.index) lane.wakeables[before.readerBit] = undefined;
    else {
      end = new RingLinkReader(before, lane, writer.from);
      end.attach(rest);
    }
    taken = end.takeAll();
  }
  attachLink(lane, cells, { link: after, end: "local", otherLane: lane.index });
  (input.link as LocalLink).attach(taken.frames, { ...writerRest, readerToKey: taken.rest.readerToKey }, room);
}

function attachWriter(lane: Lane, cells: Cells, move: LinkMove): RingLinkWriter {
  const { after, reader } = move;
  attachLink(lane, cells, { link: after, end: "writer", otherLane: reader.to });
  return outputOf(cells, move).links.find(({ plan }) => plan.index === after.index) as RingLinkWriter;
}

function attachReader(lane: Lane, cells: Cells, move: LinkMove): RingLinkReader {
  const { after, writer } = move;
  attachLink(lane, cells, { link: after, end: "reader", otherLane: writer.to });
  return inputOf(cells, move).link as RingLinkReader;
}

function inputOf(cells: Cells, { after }: LinkMove): InputPort {
  return cells.get(after.toNode)!.inputs.find(({ name }) => name === after.toPort)!;
}

function outputOf(cells: Cells, { after }: LinkMove): OutputPort {
  return cells.get(after.fromNode)!.outputs.find(({ name }) => name === after.fromPort)!;
}
