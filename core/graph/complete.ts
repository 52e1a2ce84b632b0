/**
 * Whether a graph has all that it needs to run.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import type { NodeEntry } from "./entries.ts";
import type { Topology } from "../topology.ts";

/**
 * @param attempt what the graph is needed for: `start`
 * @param concerned the nodes that can have become incomplete; by default all
 * @throws {SluiceError} `InvalidGraph` if there is no node, or a required input has no link
 */
export function assertComplete(topology: Topology, attempt: string, concerned?: readonly NodeEntry[]): void {
  const { nodes } = topology;
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

/** An input of a node that is required and has no link. */
function openInput(topology: Topology, { id, type }: NodeEntry): PortDescriptor | undefined {
  return type.descriptor.inputs.find((port) =>
    !port.optional && port.array === undefined && topology.linkInto(id, port.name) === undefined
  );
}
