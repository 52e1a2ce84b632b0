/**
 * Checks the capacities of links: against the frames that an output writes at once, and against the time that frames
 * wait before a delaying node, if it and the time between two frames are known before the run. Checks that no frame is
 * dropped on the way to a node that records.
 *
 * @module
 */
import type { SluiceError } from "../errors.ts";
import { POLICY_FACTS, waitsForRoom } from "../links/policy.ts";
import { isList } from "../descriptor/descriptor.ts";
import type { LinkEntry } from "./entries.ts";
import type { CheckedNode } from "./check_nodes.ts";
import { batchTimes } from "./batch_time.ts";
import { waitBefore } from "./link_wait.ts";
import { type GraphDiagnostics, warning } from "./diagnostics.ts";
import type { ShapedGraph, ShapedLink } from "./shape.ts";

/** A link in the graph and in the file. */
export interface SizedLink extends Pick<LinkEntry, "fromNode" | "toNode" | "output" | "policy" | "capacity"> {
  readonly shaped: ShapedLink;
}

/** @returns warnings of capacities that will run, but surely not as intended */
export function checkCapacities(
  graph: ShapedGraph,
  nodes: ReadonlyMap<string, CheckedNode>,
  links: readonly SizedLink[],
  diagnostics: GraphDiagnostics,
): SluiceError[] {
  const batchMs = batchTimes(nodes, links);
  const found = links.flatMap((link) => [
    ...checkBurst(link, diagnostics),
    ...checkSkipping(link, diagnostics),
    ...checkWait(link, nodes.get(link.toNode)!, graph, batchMs.get(link.fromNode), diagnostics),
  ]);
  return [...found, ...[...nodes.values()].flatMap((node) => checkRecorder(node, nodes, links, diagnostics))];
}

/** Warns of a link that may drop frames for a recording node: the link into the node or one before it. */
function checkRecorder(
  { shaped: { id }, descriptor }: CheckedNode,
  nodes: ReadonlyMap<string, CheckedNode>,
  links: readonly SizedLink[],
  diagnostics: GraphDiagnostics,
): SluiceError[] {
  if (descriptor.records !== true) return [];
  // The loop also visits nodes added during it.
  const before = new Set<string>([id]);
  const dropping: SizedLink[] = [];
  for (const node of before) {
    for (const link of links.filter(({ toNode }) => toNode === node)) {
      before.add(link.fromNode);
      if (!waitsForRoom(link.policy) && !isPlain(link, nodes)) dropping.push(link);
    }
  }
  const [first, ...others] = dropping;
  if (first === undefined) return [];
  const { shaped, policy } = first;
  const rest = others.length === 0 ? "" : `, and so do ${others.length} more before "${id}"`;
  const message = `The link "${shaped.from!.address}" to "${shaped.to!.address}" may drop what "${id}" ` +
    `(${descriptor.type}) is to record: the policy "${policy}" drops frames when it is full${rest}; with "lossless" ` +
    "nothing is lost behind the source";
  return [warning("InvalidGraph", message, shaped.policyOffset ?? shaped.offset, diagnostics)];
}

/**
 * True if a link has its default policy and its reader takes each frame at once, on the lane that writes it. Such a
 * link fills only once the lossless link into the recorder has been full for as long again. Frames that wait for a
 * delaying node have room of their own.
 */
function isPlain({ shaped, fromNode, toNode }: SizedLink, nodes: ReadonlyMap<string, CheckedNode>): boolean {
  const [from, to] = [nodes.get(fromNode)!, nodes.get(toNode)!];
  const { inputs, isAsync, mode } = to.descriptor;
  return shaped.policyOffset === undefined && from.entry.lane === to.entry.lane && !isAsync && mode === "push" &&
    inputs.length === 1 && !isList(inputs[0]);
}

function checkBurst({ shaped, output, policy, capacity }: SizedLink, diagnostics: GraphDiagnostics): SluiceError[] {
  if (POLICY_FACTS[policy].places !== undefined || capacity >= output.burst) return [];
  const message = `The link "${shaped.from!.address}" to "${shaped.to!.address}" drops frames of each burst: its ` +
    `capacity is ${capacity}, but the output writes up to ${output.burst} frames at once; wanted at least ${output.burst}`;
  return [warning("InvalidGraph", message, shaped.offset, diagnostics)];
}

/** Checks the number of places of a link that skips frames: it is fixed. */
function checkSkipping({ shaped, policy, output: { kind } }: SizedLink, diagnostics: GraphDiagnostics): SluiceError[] {
  if (POLICY_FACTS[policy].skips !== true) return [];
  const what = `link "${shaped.from!.address}" to "${shaped.to!.address}"`;
  const found: SluiceError[] = [];
  if (kind === "audio") {
    const message =
      `The ${what} drops audio whenever its reader is late by one block: the policy "${policy}" has one ` +
      `place; use "roll-off" for sound that is heard or measured`;
    found.push(warning("InvalidGraph", message, shaped.policyOffset ?? shaped.offset, diagnostics));
  }
  if (shaped.options.capacity !== undefined) {
    const message = `The capacity of the ${what} has no effect: the policy "${policy}" has one place; take it out`;
    found.push(warning("InvalidGraph", message, shaped.capacityOffset ?? shaped.offset, diagnostics));
  }
  return found;
}

/** Checks that the frames that wait before a delaying node fit their link. */
function checkWait(
  { shaped, capacity }: SizedLink,
  reader: CheckedNode,
  graph: ShapedGraph,
  batchMs: number | undefined,
  diagnostics: GraphDiagnostics,
): SluiceError[] {
  const waitMs = waitBefore(reader.entry, graph.options.mode ?? "live")?.ms;
  if (waitMs === undefined || batchMs === undefined) return [];
  // Slightly less, so that rounding does not ask for more than the whole number.
  const wanted = Math.ceil(waitMs / batchMs - 1e-9);
  if (capacity >= wanted) return [];
  const what = `link "${shaped.from!.address}" to "${shaped.to!.address}"`;
  const message = `The ${what} is too short: its capacity is ${capacity}, but "${reader.shaped.id}" ` +
    `(${reader.descriptor.type}) lets frames wait there for ${waitMs} ms and one comes every ${rounded(batchMs)} ms; ` +
    `wanted at least ${wanted}`;
  return [warning("InvalidGraph", message, shaped.capacityOffset ?? shaped.offset, diagnostics)];
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
