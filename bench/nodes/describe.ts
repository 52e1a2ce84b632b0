/**
 * Descriptors of the benchmarks' node types.
 *
 * @module
 */
import type { NodeDescriptor, PortDescriptor } from "../../core/descriptor/descriptor.ts";

/** A port, with the fields that matter here left to the caller. */
export function port(
  parts: Partial<PortDescriptor> & Pick<PortDescriptor, "name" | "direction" | "kind">,
): PortDescriptor {
  return {
    type: parts.kind === "audio" ? "AudioFrame" : "DataFrame<unknown>",
    optional: false,
    burst: 1,
    doc: "",
    ...(parts.kind === "data" ? { schema: "unknown" } : {}),
    ...parts,
  };
}

/** A node type that takes any configuration whose keys `keys` names, all of them numbers. */
export function describeNode(
  parts: Partial<NodeDescriptor> & { type: string; ports: readonly PortDescriptor[]; keys?: readonly string[] },
): NodeDescriptor {
  const { ports, keys = [], ...rest } = parts;
  return {
    className: parts.type,
    source: "bench/nodes",
    description: "",
    doc: "",
    category: "bench",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: ports.filter((each) => each.direction === "input"),
    outputs: ports.filter((each) => each.direction === "output"),
    config: {
      type: "object",
      properties: Object.fromEntries(keys.map((key) => [key, { type: "number" }])),
      required: [],
      additionalProperties: false,
    },
    ...rest,
  };
}
