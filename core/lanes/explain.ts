/**
 * Gives failures the place that they came from.
 *
 * @module
 */
import { fieldsOf, SluiceError } from "../errors.ts";
import { describeThrown } from "../thrown.ts";

/**
 * Gives an error the node that it came from, and a code if it has none.
 *
 * @param error anything that can be thrown; this does not throw whatever it is
 * @param action what the node was doing: `process()`
 */
export function explain(error: unknown, node: { readonly id: string; readonly type: string }, action: string): Error {
  const { message: found, stack } = describeThrown(error);
  const ours = fieldsOf(error);
  if (ours?.details.nodeId !== undefined) return error as SluiceError;
  if (ours !== undefined) {
    const message = found.includes(`"${node.id}`) ? found : `Node "${node.id}" (${node.type}): ${found}`;
    return new SluiceError(ours.code, message, { ...ours.details, nodeId: node.id, cause: error });
  }
  const message = `Node "${node.id}" (${node.type}) failed in ${action}: ${found}`;
  const wrapped = new SluiceError("NodeFailed", message, { nodeId: node.id, cause: error });
  if (stack !== undefined) wrapped.stack = stack;
  return wrapped;
}
