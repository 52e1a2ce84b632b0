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

/**
 * Returns the types of the registry; without one, those of the packages of the graph's nodes, and of the packages in
 * these.
 */
export function knownTypes(registry: NodeRegistry | undefined, { nodes }: Topology): readonly AnyNodeType[] {
  if (registry !== undefined) return registry.list();
  const packages = new Set([...nodes.values()].flatMap(({ type }) => type.package ?? []));
  // The loop also visits packages added during it.
  for (const each of packages) for (const inner of each.packages ?? []) packages.add(inner);
  return [...packages].flatMap((each) => each.nodes);
}
