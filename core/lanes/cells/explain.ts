/**
 * Gives failures the place that they came from.
 *
 * @module
 */
import { fieldsOf, SluiceError } from "../../errors.ts";
import { describeThrown } from "../../errors/thrown.ts";

/**
 * Gives an error the node that it came from, and a code if it has none. The message of an error that is not about
 * another node names this one.
 *
 * @param error anything that can be thrown; this does not throw whatever it is
 * @param action what the node was doing: `process()`
 */
export function explain(error: unknown, node: { readonly id: string; readonly type: string }, action: string): Error {
  const { message: found, stack } = describeThrown(error);
  const ours = fieldsOf(error);
  if (ours !== undefined) {
    const { nodeId = node.id, call = action, ...details } = ours.details;
    const isNamed = nodeId !== node.id || names(found, node.id, [details.port, details.key]);
    if (isNamed && ours.details.nodeId !== undefined) return error as SluiceError;
    const message = isNamed ? found : `Node "${node.id}" (${node.type}): ${found}`;
    return withStack(new SluiceError(ours.code, message, { ...details, nodeId, call, cause: error }), stack);
  }
  const message = `Node "${node.id}" (${node.type}) failed in ${action}: ${found}`;
  return withStack(new SluiceError("NodeFailed", message, { nodeId: node.id, call: action, cause: error }), stack);
}

/** Whether a message names a node, or a port or a key of it; a path that begins like its id does not count. */
function names(message: string, id: string, parts: readonly (string | undefined)[]): boolean {
  return [id, ...parts.map((part) => `${id}.${part}`)].some((name) => message.includes(`"${name}"`));
}

function withStack(error: SluiceError, stack: string | undefined): SluiceError {
  if (stack !== undefined) error.stack = stack;
  return error;
}
