/**
 * Node types with the ports that one node has of them.
 *
 * @module
 */
import { type NodeDescriptor, sizePorts } from "../descriptor/descriptor.ts";
import { nameElements } from "../descriptor/dynamic_ports.ts";
import { addNamedPort, readNamedPort, type WantedPort } from "../descriptor/named_ports.ts";
import type { AnyNodeType } from "./node_type.ts";

/**
 * A node type as a node makes it: with array ports of the sizes that its configuration says, and the elements of dynamic
 * ports that are wanted.
 *
 * @throws {SluiceError} as `addNamedPort()`; `InvalidConfig` for a port that is neither a name nor one with its kind
 */
export function sizedType(
  nodeId: string,
  type: AnyNodeType,
  config: { readonly [key: string]: unknown },
  ports: readonly WantedPort[],
): AnyNodeType {
  const sized = sizePorts(type.descriptor, config);
  const names = ports.filter((port) => typeof port === "string");
  let descriptor = nameElements(nameElements(sized, "input", names), "output", names);
  for (const port of ports) {
    if (typeof port === "string") continue;
    const named = readNamedPort(`Cannot give node "${nodeId}" (${descriptor.type}) its ports`, port);
    descriptor = addNamedPort(nodeId, descriptor, named);
  }
  return descriptor === type.descriptor ? type : withDescriptor(type, descriptor);
}

/** The same type with another descriptor. */
export function withDescriptor(type: AnyNodeType, descriptor: NodeDescriptor): AnyNodeType {
  const { portsOf } = type;
  return { descriptor, package: type.package, load: () => type.load(), ...(portsOf && { portsOf }) };
}
