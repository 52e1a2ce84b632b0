/**
 * Errors of edits. Before its commit a failed edit has no effect; after it the edit is in effect, and the error says
 * so.
 *
 * @module
 */
import { LANE, PHASE } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import { deserializeError, fieldsOf, type SerializedError, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { readPhase } from "../stats.ts";
import type { RunState } from "../runtime_view.ts";
import type { NodeEntry } from "../graph/entries.ts";
import { type GraphChange, isOfOneType } from "./graph_change.ts";
import type { LeavingNode } from "./leaving_nodes.ts";

/** Calls that a node can be in, by its phase. */
const CALLS: { readonly [phase: number]: string } = {
  [PHASE.setup]: "setup()",
  [PHASE.process]: "process()",
  [PHASE.await]: "process()",
  [PHASE.flush]: "flush()",
};

/** Lanes that have not answered in time, with the nodes that may keep them. */
export interface LateLanes {
  readonly page: ControlPage;
  readonly lanes: readonly { readonly name: string; readonly index: number }[];
  /** Nodes that lanes prepare: a lane's record names such a node only while the lane calls it. */
  readonly drafted: Iterable<NodeEntry>;
  /** Nodes of the graph. */
  readonly nodes: Iterable<NodeEntry>;
  /** Nodes that edits have removed. */
  readonly leaving: readonly LeavingNode[];
}

/** The reason why lanes do not answer. */
export interface KeptLanes {
  /** The first of the nodes that keep lanes, if any is known. */
  readonly nodeId: NodeId | undefined;
  /** A description: `lane "dsp": "a" has not returned from process()`. */
  readonly why: string;
}

/** Returns the call that a node is in, if its phase shows one. Synchronous ticks do not update the phase. */
export function callOf(page: ControlPage, node: number): string | undefined {
  return CALLS[readPhase(page, node)];
}

/**
 * Describes which nodes keep lanes from answering, for all callers that wait for lanes.
 *
 * @param inTick the assumed call of a node that its lane's record names and whose phase shows none; absent: such a node
 * is not named, since the record of a lane that continues names the node that it ran last
 */
export function whatKeeps({ page, lanes, drafted, nodes, leaving }: LateLanes, inTick?: string): KeptLanes {
  const calledOn = (lane: number) => page.u32[index32(page.laneOffset(lane) + LANE.currentNode)] - 1;
  const calls = (node: NodeEntry, ifNamed: string | undefined) => {
    const lane = lanes.find(({ name }) => name === node.lane);
    if (lane === undefined) return [];
    // No caller waits for the tick of a node that a device drives: it lasts as long as the node.
    if (node.type.descriptor.mode === "external" && readPhase(page, node.index) === PHASE.await) return [];
    const call = callOf(page, node.index) ?? (calledOn(lane.index) === node.index ? ifNamed : undefined);
    return call === undefined ? [] : [{ id: node.id, call }];
  };
  const busy = [...drafted].flatMap((node) => calls(node, "restore() or process()"));
  for (const node of nodes) busy.push(...calls(node, inTick));
  for (const { node, lane, call } of leaving) {
    if (lanes.some(({ index }) => index === lane) && calledOn(lane) === node.index) busy.push({ id: node.id, call });
  }
  const texts = busy.map(({ id, call }) => `"${id}" has not returned from ${call}`);
  return { nodeId: busy[0]?.id, why: texts.length > 0 ? texts.join(", ") : "a call of a node takes too long" };
}

/**
 * Returns the error for lanes that have not answered an edit in time.
 *
 * @param committed whether the edit is in effect
 */
export function lateLanes(late: LateLanes, timeoutMs: number, committed: boolean): SluiceError {
  const { nodeId, why } = whatKeeps(late, committed ? "process()" : undefined);
  const lane = quotedLanes(late.lanes.map(({ name }) => name));
  const message = committed
    ? `The edit is in effect, but ${lane} has not come to it within ${timeoutMs} ms: ${why}`
    : `Cannot edit the graph: ${lane} was not ready within ${timeoutMs} ms: ${why}`;
  return new SluiceError("Timeout", message, { nodeId });
}

/** Returns the error for a needed lane that has not started in time. */
export function lanesNotStarted(timeoutMs: number): SluiceError {
  return new SluiceError("Timeout", `Cannot edit the graph: a lane that it needs did not start within ${timeoutMs} ms`);
}

/** Returns the error for an edit whose predecessor has not ended. */
export function lanesBehind(lanes: readonly string[]): SluiceError {
  return new SluiceError(
    "Busy",
    `Cannot edit the graph: ${quotedLanes(lanes)} has not come to the edit before this one; a node's process() takes ` +
      "too long",
  );
}

/** Returns the error for a graph that does not run its nodes yet, or has ended. @param action refused: `pause` */
export function notRunning(action: string, state: RunState): SluiceError {
  const why = state === "starting"
    ? "the graph is starting; wait for start()"
    : state === "stopping"
    ? "the graph is being stopped"
    : "the graph has ended; run it anew";
  return new SluiceError("Busy", `Cannot ${action}: ${why}`);
}

/** Returns the error for the replacement of a disabled node. @param attempt the refused action */
export function nodeDown(attempt: string, id: NodeId): SluiceError {
  return new SluiceError(
    "Busy",
    `Cannot ${attempt}: node "${id}" is disabled, and what it writes has ended; remove it, and add another with links ` +
      "of its own",
    { nodeId: id },
  );
}

/** Returns the error for a node that has ended: it neither writes nor reads. @param attempt the refused action */
export function nodeEnded(attempt: string, id: NodeId): SluiceError {
  return new SluiceError(
    "Busy",
    `Cannot ${attempt}: node "${id}" has ended; remove it and add another, or start the graph anew`,
    { nodeId: id },
  );
}

/** Returns the error for an edit of a graph that has ended meanwhile. */
export function cutOff(committed: boolean): SluiceError {
  const message = committed
    ? "The edit is in effect, but the graph ended before every lane had come to it"
    : "Cannot edit the graph: it ended before the edit came into effect";
  return new SluiceError("Busy", message);
}

/**
 * Returns the error for nodes that have refused a value or new ports, or have kept their lane's thread in their last
 * call.
 *
 * @param failures at least one
 * @param wholly true if nothing of the edit is in effect
 */
export function partlyFailed(failures: readonly SerializedError[], wholly: boolean): SluiceError {
  const [first, ...others] = failures;
  const cause = deserializeError(first);
  const message = cause.message + (others.length === 0 ? "" : ` (and ${others.length} more)`);
  const told = wholly ? message : `The edit is in effect, but not all of it succeeded: ${message}`;
  return new SluiceError(first.code ?? "NodeFailed", told, { ...first.details, cause });
}

/** Returns the error for removed nodes that have not ended. */
export function notGone(nodes: readonly NodeId[], timeoutMs: number): SluiceError {
  const names = nodes.map((id) => `"${id}"`).join(", ");
  return new SluiceError(
    "Timeout",
    `The edit is in effect, but flush() or teardown() of ${names} did not return within ${timeoutMs} ms`,
    { nodeId: nodes[0] },
  );
}

/** Quotes names of lanes: `lane "a", "b"`. */
function quotedLanes(names: readonly string[]): string {
  return `lane ${names.map((name) => `"${name}"`).join(", ")}`;
}

/**
 * Returns the error of a node that cannot take its own place. Its running instance has the same value of the key at
 * fault, so this instance may hold the named resource, such as a file.
 */
export function heldByItself(error: unknown, { replaced, moved }: GraphChange): unknown {
  const fields = fieldsOf(error);
  const { nodeId, key } = fields?.details ?? {};
  if (fields?.code !== "InvalidConfig" || key === undefined) return error;
  const change = [...replaced, ...moved].find(({ after: { id } }) => id === nodeId);
  if (change === undefined || !isOfOneType(change) || !Object.hasOwn(change.before.config, key)) return error;
  if (change.before.config[key] !== change.after.config[key]) return error;
  const why = `the instance of "${nodeId}" whose place it is to take runs until then, and may hold what "${key}" names`;
  const message = `${(error as Error).message}; ${why}: give the new one another, or stop the graph first`;
  return new SluiceError(fields.code, message, { ...fields.details, cause: error });
}
