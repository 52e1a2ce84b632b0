/**
 * The state that a processor hands over to its successor: the result of its `snapshot()` goes to the successor's
 * `restore()`, between two ticks, so neither may return a promise. At the end of a run, the successor is the same node
 * of the next run.
 *
 * @module
 */
import { serializeError, SluiceError } from "../../errors.ts";
import { describeThrown } from "../../errors/thrown.ts";
import { withOwnBytes } from "../../values/own_bytes.ts";
import { asPromise, explain } from "../cells/call_outcome.ts";
import type { KeptState } from "../messages.ts";
import type { Lane } from "./lane.ts";
import { calling } from "./node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/**
 * Asks a node for its state.
 *
 * @returns `undefined` if it has none
 * @throws the error of `snapshot()`, and {@linkcode SluiceError} `NodeFailed` if it returns a promise
 */
export function takeState(lane: Lane, cell: NodeCell): unknown {
  const state = calling(lane, cell, () => cell.instance.processor.snapshot?.());
  const later = asPromise(state);
  if (later !== undefined) throw notAtOnce(cell, later, "snapshot()", "must return the state itself");
  return state;
}

/**
 * Returns the state of a node. If the node has failed and was torn down for a restart that failed, the state given for
 * that.
 */
export function stateOf(lane: Lane, cell: NodeCell): unknown {
  return cell.opened ? takeState(lane, cell) : cell.stateGiven;
}

/**
 * Gives a node the state of its predecessor.
 *
 * @throws the error of `restore()`, and {@linkcode SluiceError} `NodeFailed` if it returns a promise
 */
export function giveState(lane: Lane, cell: NodeCell, state: unknown): void {
  const later = asPromise<unknown>(calling(lane, cell, () => cell.instance.processor.restore?.(state)));
  if (later !== undefined) throw notAtOnce(cell, later, "restore()", "must have the state when it returns");
}

/** Returns the states of a lane's nodes at the end of a run. */
export function keepStates(lane: Lane): KeptState[] {
  return lane.cells.flatMap((cell) => keepState(lane, cell, "to another run") ?? []);
}

/**
 * Returns the state of a node at its end; `undefined` if it has none, has failed, or its tick is under way.
 *
 * @param whither `to another run`
 */
export function keepState(lane: Lane, cell: NodeCell, whither: string): KeptState | undefined {
  const { id: node, opened, failed, pending } = cell;
  if (!opened || failed || pending) return undefined;
  try {
    const state = takeState(lane, cell);
    return state === undefined ? undefined : { node, state: sendable(cell, state, whither) };
  } catch (error) {
    return { node, error: serializeError(explain(error, cell, "snapshot()")) };
  }
}

/**
 * Returns a copy of a state that can be sent: it has only the bytes that its views show, not the rest of their buffers.
 *
 * @param whither `to another lane`
 * @throws {SluiceError} `NodeFailed` if it cannot be sent
 */
export function sendable({ id, type }: NodeCell, state: unknown, whither: string): unknown {
  try {
    return structuredClone(withOwnBytes(state));
  } catch (cause) {
    throw new SluiceError(
      "NodeFailed",
      `Cannot move node "${id}" (${type}) ${whither}: what its snapshot() gave cannot be sent there: ` +
        `${describeThrown(cause).message}; return plain values, arrays, maps and buffers`,
      { nodeId: id, call: "snapshot()", cause },
    );
  }
}

function notAtOnce({ id, type }: NodeCell, outcome: Promise<unknown>, method: string, must: string): SluiceError {
  // The outcome of the promise does not matter: the call has failed already.
  outcome.catch(() => {});
  return new SluiceError(
    "NodeFailed",
    `Cannot carry over the state of node "${id}" (${type}): its ${method} gave a promise, and nodes change places ` +
      `between two ticks; ${method} ${must}`,
    { nodeId: id, call: method },
  );
}
