/**
 * What the inputs that a node's outputs lead to want of values: what a script pushes is held against it.
 *
 * @module
 */
import type { WantedValue } from "../descriptor/value_check.ts";
import { type NodeId, portAddress } from "../ids.ts";
import type { Topology } from "../topology.ts";

/**
 * Reads the schemas behind a node's outputs, as far as the links tell them.
 *
 * @returns a function that gives those of the graph as it is when it is called
 */
export function wantedValues(topology: Topology, nodeId: string): () => readonly WantedValue[] {
  let version = -1;
  let wanted: readonly WantedValue[] = [];
  return () => {
    if (version !== topology.version) wanted = readWanted(topology, nodeId);
    version = topology.version;
    return wanted;
  };
}

function readWanted(topology: Topology, nodeId: string): WantedValue[] {
  // An edit may have removed the node, whose last tick is under way.
  return topology.connections.fromNode(nodeId as NodeId).flatMap(({ toNode, toPort, input }) => {
    const { schema = "", valueSchema } = topology.carried.of(toNode, toPort, input);
    return valueSchema === undefined
      ? []
      : [{ address: portAddress(toNode, toPort), type: schema, schema: valueSchema }];
  });
}
