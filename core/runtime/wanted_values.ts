/**
 * Finds the schemas that the inputs behind a node's outputs require: they check the values that a script pushes.
 *
 * @module
 */
import type { WantedValue } from "../descriptor/value_check.ts";
import { type NodeId, portAddress } from "../ids.ts";
import type { Topology } from "../topology.ts";

/**
 * Reads the schemas behind a node's outputs, as far as the links determine them.
 *
 * @returns a function that returns the schemas of the current graph
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
  // An edit may have removed the node while its last tick runs.
  return topology.connections.fromNode(nodeId as NodeId).flatMap(({ toNode, toPort, input }) => {
    const { schema = "", valueSchema } = topology.carried.of(toNode, toPort, input);
    return valueSchema === undefined
      ? []
      : [{ address: portAddress(toNode, toPort), type: schema, schema: valueSchema }];
  });
}
