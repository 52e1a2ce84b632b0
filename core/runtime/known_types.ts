/**
 * The node types that a runtime knows by name.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { NodeRegistry } from "../registry/node_registry.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { Topology } from "../topology.ts";

/** @throws {SluiceError} `NodeTypeNotFound` */
export function findType(registry: NodeRegistry | undefined, type: string): AnyNodeType {
  if (registry !== undefined) return registry.get(type);
  throw new SluiceError(
    "NodeTypeNotFound",
    `Cannot find node type "${type}": the runtime has no registry; pass one as new Runtime({ registry })`,
  );
}

/** The types of the registry; without one, those of the packages that the graph has nodes of. */
export function knownTypes(registry: NodeRegistry | undefined, { nodes }: Topology): readonly AnyNodeType[] {
  const packages = new Set([...nodes.values()].map((node) => node.type.package));
  return registry?.list() ?? [...packages].flatMap((each) => each?.nodes ?? []);
}
