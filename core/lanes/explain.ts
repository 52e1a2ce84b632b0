/**
 * Gives failures the place that they came from.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";

/**
 * Gives an error the node that it came from, and a code if it has none.
 *
 * @param action what the node was doing: `process()`
 */
export function explain(error: unknown, node: { readonly id: string; readonly type: string }, action: string): Error {
  if (error instanceof SluiceError) {
    if (error.nodeId !== undefined) return error;
    const { code, port, linkId, key, available, place } = error;
    const message = error.message.includes(`"${node.id}`)
      ? error.message
      : `Node "${node.id}" (${node.type}): ${error.message}`;
    return new SluiceError(code, message, { nodeId: node.id, port, linkId, key, available, place, cause: error });
  }
  const message = String((error as Error)?.message ?? error);
  const wrapped = new SluiceError("NodeFailed", `Node "${node.id}" (${node.type}) failed in ${action}: ${message}`, {
    nodeId: node.id,
    cause: error,
  });
  const stack = (error as Error)?.stack;
  if (stack !== undefined) wrapped.stack = stack;
  return wrapped;
}
