/**
 * What `sluice run --watch` does when a node of a live graph fails: it reports the failure and restarts the node again
 * and again. The run goes on until a save, or a value on the page, mends the node.
 *
 * @module
 */
import { deserializeError } from "../../core/errors.ts";
import type { NodeId } from "../../core/ids.ts";
import type { Runtime } from "../../core/runtime.ts";
import type { Supervision } from "../../core/graph/supervision.ts";
import { describeError, errorEvent } from "../output/failure.ts";
import type { Io } from "../output/output.ts";

/** For nodes without a policy: more restarts than any session needs, at most 2 s apart, from the state that they had. */
export const WATCHED_SUPERVISION: Supervision = { restart: { limit: 1_000_000, maxBackoffMs: 2_000, keepState: true } };

/**
 * Prints each failure after which a node is restarted, until it is disposed of. Prints the same failure in a row once.
 */
export function tellFailures(runtime: Runtime, json: boolean, io: Io): Disposable {
  const told = new Map<NodeId, string>();
  return runtime.events.on("node:*", (event) => {
    if (event.group !== "node" || event.kind !== "restarting") return;
    const { nodeId, attempt, error: { message } } = event;
    if (attempt > 1 && told.get(nodeId) === message) return;
    told.set(nodeId, message);
    const error = deserializeError(event.error);
    if (json) io.stdout.line(JSON.stringify({ ...errorEvent(error), event: "node-failed", nodeId }));
    else {io.stderr.line(
        `error: ${describeError(error)}; "${nodeId}" is restarted until a save or another value mends it`,
      );}
  });
}
