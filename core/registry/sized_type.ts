/**
 * Node types with the ports that one node has of them.
 *
 * @module
 */
import { type NodeDescriptor, sizePorts } from "../descriptor/descriptor.ts";
import { nameElements } from "../descriptor/dynamic_ports.ts";
import type { AnyNodeType } from "./node_type.ts";

/** A node type as a node makes it: with array ports of the sizes that its configuration says, and named elements. */
export function sizedType(
  type: AnyNodeType,
  config: { readonly [key: string]: unknown },
  ports: readonly string[],
): AnyNodeType {
  const sized = sizePorts(type.descriptor, config);
  const descriptor = nameElements(nameElements(sized, "input", ports), "output", ports);
  return descriptor === type.descriptor ? type : withDescriptor(type, descriptor);
}

/** The same type with another descriptor. */
export function withDescriptor(type: AnyNodeType, descriptor: NodeDescriptor): AnyNodeType {
  return { descriptor, package: type.package, load: () => type.load() };
}
