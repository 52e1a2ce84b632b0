/**
 * Sizes node types to the ports of one node.
 *
 * @module
 */
import { type NodeDescriptor, sizePorts } from "../descriptor/descriptor.ts";
import { nameElements } from "../descriptor/dynamic_ports.ts";
import { addNamedPort, readNamedPort, type WantedPort } from "../descriptor/named_ports.ts";
import type { AnyNodeType } from "./node_type.ts";

/**
 * Returns the node type of one node: with array ports of the sizes in its configuration, and the wanted elements of
 * dynamic ports.
 *
 * @throws {SluiceError} as `addNamedPort()`; `InvalidConfig` for a port that is neither a name nor a name with a kind
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

/** Returns the same type with another descriptor. */
export function withDescriptor(type: AnyNodeType, descriptor: NodeDescriptor): AnyNodeType {
  const { portsOf } = type;
  return { descriptor, package: type.package, load: () => type.load(), ...(portsOf && { portsOf }) };
}
