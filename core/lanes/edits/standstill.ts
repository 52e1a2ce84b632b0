/**
 * Quiesces the nodes that an edit holds, on all their lanes: no tick of them is under way, and none begins. A tick may
 * wait for room or a slot, which nodes downstream free; so these run as long as it waits, and are quiesced after it, in
 * the order of the graph.
 *
 * @module
 */
import type { NodeId } from "../../ids.ts";
import type { Standstill } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** The node's tick waits for room or a slot, or its lane has not held it yet: nodes after it run. */
const RUNS = 0;

/** The node is held, but its tick or that of an upstream node is under way. */
const IS_HELD = 1;

/** The node and all upstream nodes are held, with no tick under way: it is quiesced, and stays so. */
const QUIESCED = 2;

/** Time between two checks of running ticks, milliseconds. */
const LOOK_EVERY_MS = 1;

/** The part of a node that quiescing needs. */
export type HeldCell = Pick<NodeCell, "id" | "held" | "pending" | "mode" | "waitsForGraph" | "wake">;

/** @param nodes in the order of the graph, each on a lane that will quiesce it */
export function standstillOf(nodes: readonly NodeId[]): Standstill {
  return { nodes, states: new SharedArrayBuffer(nodes.length * Int32Array.BYTES_PER_ELEMENT) };
}

/**
 * Holds nodes of a lane, and returns once these and all upstream nodes are quiesced. Does not wait for the tick of a
 * node that a device drives: it lasts as long as the node.
 *
 * @param cells the nodes that this lane runs
 * @param givenUp whether the edit was given up: then no node is touched
 */
export async function quiesce(
  cells: readonly HeldCell[],
  { nodes, states }: Standstill,
  givenUp: () => boolean,
): Promise<void> {
  const words = new Int32Array(states);
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const own = nodes.map((id) => byId.get(id));
  const last = own.findLastIndex((cell) => cell !== undefined);
  while (!givenUp()) {
    let before = QUIESCED;
    for (let place = 0; place <= last; place++) {
      const cell = own[place];
      if (cell !== undefined) Atomics.store(words, place, hold(cell, before));
      before = Math.min(before, Atomics.load(words, place));
    }
    if (before === QUIESCED) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Holds a node, or lets it run for a node before it. @param before the least state of the nodes before it */
function hold(cell: HeldCell, before: number): number {
  const wasHeld = cell.held;
  cell.held = before !== RUNS;
  if (!cell.held) {
    if (wasHeld) cell.wake();
    return RUNS;
  }
  if (!cell.pending || cell.mode === "external") return before;
  return cell.waitsForGraph ? RUNS : IS_HELD;
}
