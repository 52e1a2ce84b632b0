/**
 * Checks of a registry, for tests.
 *
 * @module
 */
import { AssertionError } from "node:assert";
import { listSome } from "../core/errors/suggestion.ts";
import { expandPort, findPort, type NodeDescriptor } from "../core/descriptor/descriptor.ts";
import type { NodeRegistry } from "../core/registry/node_registry.ts";

/**
 * Checks that a node type is registered.
 *
 * @returns its descriptor
 * @throws {AssertionError} with the registered types
 */
export function assertNodeRegistered(registry: NodeRegistry, type: string): NodeDescriptor {
  if (registry.has(type)) return registry.get(type).descriptor;
  throw new AssertionError({
    message: `Node type "${type}" is not registered; registered: ${listSome(registry.listNodeTypes())}`,
    actual: registry.listNodeTypes(),
    expected: type,
    operator: "assertNodeRegistered",
  });
}

/**
 * Checks that a node type is not registered.
 *
 * @throws {AssertionError} with the place of the registered class
 */
export function assertNodeNotRegistered(registry: NodeRegistry, type: string): void {
  if (!registry.has(type)) return;
  const { source } = registry.get(type).descriptor;
  throw new AssertionError({
    message: `Node type "${type}" is registered (${source})`,
    actual: type,
    operator: "assertNodeNotRegistered",
  });
}

/**
 * Checks that a node type has a port.
 *
 * @param port the name in graphs: `audioIn_2` for an element of an array port
 * @throws {AssertionError} with the ports of the type
 */
export function assertNodePort(
  registry: NodeRegistry,
  type: string,
  direction: "input" | "output",
  port: string,
): void {
  const descriptor = assertNodeRegistered(registry, type);
  if (findPort(descriptor, port, direction) !== undefined) return;
  const ports = (direction === "input" ? descriptor.inputs : descriptor.outputs).flatMap(expandPort);
  throw new AssertionError({
    message: `Node type "${type}" has no ${direction} "${port}"; ${direction}s: ${listSome(ports)}`,
    actual: ports,
    expected: port,
    operator: "assertNodePort",
  });
}
