/**
 * The outcome of a call of a processor's method: its promise, or its failure with the node.
 *
 * @module
 */
import { fieldsOf, SluiceError } from "../../errors.ts";
import { describeThrown } from "../../errors/thrown.ts";

/**
 * Returns a promise to wait for, which settles once and never in the same turn, whatever thenable the method returned.
 *
 * @returns `undefined` if the value is no promise
 * @throws the error of a getter `then` of the value
 */
export function asPromise<T>(outcome: T | PromiseLike<T>): Promise<T> | undefined {
  if (outcome === undefined || outcome === null) return undefined;
  const { then } = outcome as PromiseLike<T>;
  if (typeof then !== "function") return undefined;
  // Returns a promise as it is; adopts any other thenable, so that errors of its `then` become rejections.
  if (then === Promise.prototype.then) return Promise.resolve(outcome);
  return new Promise((resolve) => resolve(outcome));
}

/**
 * Gives an error the node that it came from, and a code if it has none. A `SluiceError` with a `nodeId` already names
 * the node in its message; other messages get the node's name.
 *
 * @param error any thrown value; this function never throws
 * @param action of the node: `process()`
 */
export function explain(error: unknown, node: { readonly id: string; readonly type: string }, action: string): Error {
  const { message: found, stack } = describeThrown(error);
  const ours = fieldsOf(error);
  if (ours !== undefined) {
    if (ours.details.nodeId !== undefined) return error as SluiceError;
    const message = `Node "${node.id}" (${node.type}): ${found}`;
    const details = { ...ours.details, nodeId: node.id, call: ours.details.call ?? action, cause: error };
    return withStack(new SluiceError(ours.code, message, details), stack);
  }
  const message = `Node "${node.id}" (${node.type}) failed in ${action}: ${found}`;
  return withStack(new SluiceError("NodeFailed", message, { nodeId: node.id, call: action, cause: error }), stack);
}

function withStack(error: SluiceError, stack: string | undefined): SluiceError {
  if (stack !== undefined) error.stack = stack;
  return error;
}
