/**
 * Refuses values that are no node type, package or node when they are passed, not when they are first used.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { kindOf } from "../errors/kind_of.ts";
import type { AnyNodeType, NodePackage, NodeSpec } from "./node_type.ts";

/** True if a value is the result of `defineNodeType()`. */
export function isNodeType(value: unknown): value is AnyNodeType {
  const { descriptor, load } = Object(value) as Partial<AnyNodeType>;
  return typeof Object(descriptor).type === "string" && typeof load === "function";
}

/** True if a value is the result of `definePackage()`. */
export function isNodePackage(value: unknown): value is NodePackage {
  const { name, nodes } = Object(value) as Partial<NodePackage>;
  return typeof name === "string" && Array.isArray(nodes);
}

/**
 * Refuses a value that is not a node type.
 *
 * @param where the attempt: `Cannot register a node type by node()`
 * @throws {SluiceError} `InvalidGraph`
 */
export function assertNodeType(value: unknown, where: string): asserts value is AnyNodeType {
  if (isNodeType(value)) return;
  throw new SluiceError("InvalidGraph", `${where}: found ${foundIn(value)}, wanted a node type, such as nodes.gain`);
}

/**
 * Refuses a value that `runtime.add()` cannot add.
 *
 * @throws {SluiceError} `InvalidGraph`
 */
export function assertNodeSpec(value: unknown): asserts value is NodeSpec {
  if (isNodeType(Object(value).type)) return;
  const { type } = isNodeType(value) ? value.descriptor : {};
  const found = type === undefined ? foundIn(value) : `the node type "${type}" itself`;
  throw new SluiceError(
    "InvalidGraph",
    `Cannot add a node: found ${found}, wanted a node type with its configuration, such as nodes.gain({ gainDb: 3 })`,
  );
}

/** Describes the value found; names common mistakes. */
function foundIn(value: unknown): string {
  if (isNodePackage(value)) return `the package "${value.name}"`;
  if (isNodeType(Object(value).type)) return `"${(value as NodeSpec).type.descriptor.type}" with a configuration`;
  if (value instanceof Promise) return "a promise";
  return kindOf(value);
}
