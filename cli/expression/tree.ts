/**
 * Trees of values that stand in no JSON text.
 *
 * @module
 */
import type { JsonMember, JsonNode } from "../../core/graph/json_tree.ts";

/** The tree of a value, all of it at one place. */
export function treeOf(value: unknown, offset: number): JsonNode {
  if (Array.isArray(value)) return { type: "array", offset, children: value.map((each) => treeOf(each, offset)) };
  if (typeof value !== "object" || value === null) return { type: "scalar", offset, value };
  const members = Object.entries(value).map(([name, each]) => member(name, offset, treeOf(each, offset)));
  return { type: "object", offset, members };
}

/** A member of an object. */
export function member(name: string, offset: number, value: JsonNode): JsonMember {
  return { name, offset, value };
}
