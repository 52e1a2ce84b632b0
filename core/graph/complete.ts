/**
 * Checks whether a graph has all that it needs to run, and whether all that it declares is used.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { logger } from "../log.ts";
import { expandPort, type PortDescriptor } from "../descriptor/descriptor.ts";
import type { NodeEntry } from "./entries.ts";
import type { Topology } from "../topology.ts";
import { AUTO_LANE, MAIN_LANE } from "../placement/lane_choice.ts";

/**
 * Checks an offline graph. In a live graph nodes wait for links instead.
 *
 * @param attempt the action that needs the graph: `start`
 * @param concerned the nodes that can have become incomplete; by default all
 * @throws {SluiceError} `InvalidGraph` if the graph has no node, or a required input has no link
 */
export function assertComplete(topology: Topology, attempt: string, concerned?: readonly NodeEntry[]): void {
  const { mode, nodes } = topology;
  if (mode === "live") return;
  if (nodes.size === 0) throw new SluiceError("InvalidGraph", `Cannot ${attempt}: the graph has no nodes; add one`);
  if (concerned?.every((node) => openInput(topology, node) === undefined)) return;
  for (const node of nodes.values()) {
    const port = openInput(topology, node);
    if (port === undefined) continue;
    throw new SluiceError(
      "InvalidGraph",
      `Cannot ${attempt}: input "${node.id}.${port.name}" (${port.type}) is required and has no link; link an output to it`,
      { nodeId: node.id, port: port.name },
    );
  }
}

/**
 * Returns the input for whose link a node of a live graph waits: a required input without a link, or the node's first
 * input if frames drive the node and no input has a link.
 *
 * @returns the port's name (for an array or dynamic port that of its first element, if any); `undefined` for a node
 * that waits for no link
 */
export function awaitedInput(topology: Topology, node: NodeEntry): string | undefined {
  if (topology.mode !== "live") return undefined;
  const { inputs, mode } = node.type.descriptor;
  const open = openInput(topology, node);
  if (open !== undefined || mode !== "push" || inputs.length === 0) return open?.name;
  if (topology.connections.intoNode(node.id).length > 0) return undefined;
  return inputs.flatMap(expandPort)[0] ?? inputs[0].name;
}

/** Logs the nodes of a live graph that wait for links at its start: a link may have been forgotten. */
export function tellAwaited(topology: Topology): void {
  const awaited = [...topology.nodes.values()].flatMap((node) => {
    const input = awaitedInput(topology, node);
    return input === undefined ? [] : [`${node.id}.${input}`];
  });
  if (awaited.length === 0) return;
  logger("runtime").info(`Nothing leads to ${listSome(awaited)}: a node without such a link waits for one`);
}

/** Returns a required input of a node that has no link. */
function openInput(topology: Topology, { id, type }: NodeEntry): PortDescriptor | undefined {
  return type.descriptor.inputs.find((port) =>
    !port.optional && port.array === undefined && topology.linkInto(id, port.name) === undefined
  );
}

/** Logs the warning of {@linkcode unusedLanes} for a graph. */
export function warnOfUnusedLanes({ lanes, nodes }: Pick<Topology, "lanes" | "nodes">): void {
  const words = unusedLanes(Object.keys(lanes), new Set([...nodes.values()].map(({ lane }) => lane)));
  if (words !== undefined) logger("runtime").warn(words);
}

/**
 * Returns the warning; `undefined` if every lane is used.
 *
 * @param named lanes with options
 * @param used lanes of nodes
 */
export function unusedLanes(named: Iterable<string>, used: ReadonlySet<string>): string | undefined {
  const strange = [...named].filter((name) => name !== MAIN_LANE && name !== AUTO_LANE && !used.has(name));
  if (strange.length === 0) return undefined;
  const free = new Set(used).difference(new Set(named));
  return `No node uses ${strange.map((name) => `lane "${name}"${didYouMean(name, free)}`).join(", ")}`;
}
