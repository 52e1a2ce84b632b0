/**
 * What is said of an edit that does not go as it should: before its commit nothing is done; from then on the edit is in
 * effect, and the error says so.
 *
 * @module
 */
import { LANE, PHASE } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import { deserializeError, type SerializedError, SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { readPhase } from "../stats.ts";
import type { RunState } from "../runtime_view.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { LeavingNode } from "./leaving_nodes.ts";

/** Calls that a node can be in, by its phase. */
const CALLS: { readonly [phase: number]: string } = {
  [PHASE.setup]: "setup()",
  [PHASE.process]: "process()",
  [PHASE.await]: "process()",
  [PHASE.flush]: "flush()",
};

/** Where lanes are waited for in vain. */
export interface LateLanes {
  readonly page: ControlPage;
  readonly lanes: readonly { readonly name: string; readonly index: number }[];
  /** Nodes that are being made ready: a lane's record names one only while the lane calls it. */
  readonly drafted: Iterable<NodeEntry>;
  /** Nodes of the graph. */
  readonly nodes: Iterable<NodeEntry>;
  /** Nodes that edits have taken out. */
  readonly leaving: readonly LeavingNode[];
}

/** What keeps lanes from answering. */
export interface KeptLanes {
  /** The first of the nodes, where any is known. */
  readonly nodeId: NodeId | undefined;
  /** In words: `lane "dsp": "a" has not returned from process()`. */
  readonly why: string;
}

/** The call that a node is in, as far as its phase tells: it is not kept up to date in synchronous ticks. */
export function callOf(page: ControlPage, node: number): string | undefined {
  return CALLS[readPhase(page, node)];
}

/**
 * Says which nodes keep lanes from answering. Whoever waits for lanes says it by this.
 *
 * @param inTick what a node may be in that its lane's record names and whose phase tells nothing; absent: such a node is
 * not named, for a lane that goes on names the one that it has run last
 */
export function whatKeeps({ page, lanes, drafted, nodes, leaving }: LateLanes, inTick?: string): KeptLanes {
  const calledOn = (lane: number) => page.u32[index32(page.laneOffset(lane) + LANE.currentNode)] - 1;
  const calls = (node: NodeEntry, ifNamed: string | undefined) => {
    const lane = lanes.find(({ name }) => name === node.lane);
    if (lane === undefined) return [];
    // Nobody waits for the tick of a node that a device drives: it lasts as long as the node.
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
 * Lanes have not answered an edit in time.
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

/** A lane that an edit needs has not started in time. */
export function lanesNotStarted(timeoutMs: number): SluiceError {
  return new SluiceError("Timeout", `Cannot edit the graph: a lane that it needs did not start within ${timeoutMs} ms`);
}

/** The edit before this one has not ended. */
export function lanesBehind(lanes: readonly string[]): SluiceError {
  return new SluiceError(
    "Busy",
    `Cannot edit the graph: ${quotedLanes(lanes)} has not come to the edit before this one; a node's process() takes ` +
      "too long",
  );
}

/** The graph does not run nodes, not yet or not any more. @param action what was to be done: `pause` */
export function notRunning(action: string, state: RunState): SluiceError {
  const why = state === "starting"
    ? "the graph is starting; wait for start()"
    : state === "stopping"
    ? "the graph is being stopped"
    : "the graph has ended; run it anew";
  return new SluiceError("Busy", `Cannot ${action}: ${why}`);
}

/** Nothing can take the place of a node that is disabled. @param attempt what was to be done */
export function nodeDown(attempt: string, id: NodeId): SluiceError {
  return new SluiceError(
    "Busy",
    `Cannot ${attempt}: node "${id}" is disabled, and what it writes has ended; remove it, and add another with links ` +
      "of its own",
    { nodeId: id },
  );
}

/** Nothing comes from a node that has ended, and nothing goes to it. @param attempt what was to be done */
export function nodeEnded(attempt: string, id: NodeId): SluiceError {
  return new SluiceError(
    "Busy",
    `Cannot ${attempt}: node "${id}" has ended; remove it and add another, or start the graph anew`,
    { nodeId: id },
  );
}

/** The graph has ended under an edit. */
export function cutOff(committed: boolean): SluiceError {
  const message = committed
    ? "The edit is in effect, but the graph ended before every lane had come to it"
    : "Cannot edit the graph: it ended before the edit came into effect";
  return new SluiceError("Busy", message);
}

/**
 * Nodes have not taken over a value or new ports, or have kept their lane's thread in their last call.
 *
 * @param failures at least one
 */
export function partlyFailed(failures: readonly SerializedError[]): SluiceError {
  const [first, ...others] = failures;
  const cause = deserializeError(first);
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return new SluiceError(
    first.code ?? "NodeFailed",
    `The edit is in effect, but not all of it succeeded: ${cause.message}${more}`,
    { ...first.details, cause },
  );
}

/** Removed nodes have not ended. */
export function notGone(nodes: readonly NodeId[], timeoutMs: number): SluiceError {
  const names = nodes.map((id) => `"${id}"`).join(", ");
  return new SluiceError(
    "Timeout",
    `The edit is in effect, but flush() or teardown() of ${names} did not return within ${timeoutMs} ms`,
    { nodeId: nodes[0] },
  );
}

/** `lane "a", "b"` */
function quotedLanes(names: readonly string[]): string {
  return `lane ${names.map((name) => `"${name}"`).join(", ")}`;
}
