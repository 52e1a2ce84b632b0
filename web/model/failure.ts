/**
 * What a node failed with last: by the error that the graph ended with, or by the events that are kept.
 *
 * @module
 */
import type { ControlEvent } from "../../control/schemas/feed.ts";
import type { ErrorInfo } from "../../control/schemas/graph.ts";

/** Events of a node whose message is an error's. */
const FAILURES: readonly string[] = ["failed", "restarting", "disabled"];

/** Code and message in one line, as the inspector shows them; `undefined` where no failure of the node is known. */
export function lastFailure(
  id: string,
  error: ErrorInfo | undefined,
  events: readonly ControlEvent[],
): string | undefined {
  if (error?.nodeId === id) return `${error.code}: ${error.message}`;
  const event = events.findLast(({ nodeId, kind, code }) =>
    nodeId === id && code !== undefined && FAILURES.includes(kind)
  );
  return event && `${event.code}: ${event.message}`;
}
